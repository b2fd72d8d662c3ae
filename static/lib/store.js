// What a device keeps: IndexedDB as promises. Records are plain objects (pictures as Blobs are fine).

export class Store {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
  }

  /**
   * Opens or makes a database with one object store per name.
   * @param {string} name @param {Record<string, IDBObjectStoreParameters>} tables for example `{actions: {keyPath: "id"}}`
   * @param {number} [version] raise it when tables are added
   * @returns {Promise<Store>}
   */
  static open(name, tables, version = 1) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => {
        for (const [table, options] of Object.entries(tables)) {
          if (!request.result.objectStoreNames.contains(table)) request.result.createObjectStore(table, options);
        }
      };
      request.onsuccess = () => {
        // A newer page, or one that signs out, waits until this one lets go.
        request.result.onversionchange = () => request.result.close();
        resolve(new Store(request.result));
      };
      request.onerror = () => reject(request.error);
    });
  }

  /** @param {string} table @param {IDBValidKey} key @returns {Promise<any>} */
  get(table, key) {
    return this.run(table, "readonly", (rows) => rows.get(key));
  }

  /** In key order. @param {string} table @returns {Promise<any[]>} */
  all(table) {
    return this.run(table, "readonly", (rows) => rows.getAll());
  }

  /** @param {string} table @param {unknown} record @param {IDBValidKey} [key] @returns {Promise<IDBValidKey>} */
  put(table, record, key) {
    return this.run(table, "readwrite", (rows) => rows.put(record, key));
  }

  /** @param {string} table @param {IDBValidKey} key @returns {Promise<void>} */
  delete(table, key) {
    return this.run(table, "readwrite", (rows) => rows.delete(key));
  }

  /** @param {string} table @returns {Promise<void>} */
  clear(table) {
    return this.run(table, "readwrite", (rows) => rows.clear());
  }

  /**
   * Changes several tables in one transaction: all of it is on disk once this resolves, or nothing. `work` may wait
   * for requests of this transaction only (see `answer`).
   * @template T
   * @param {string[]} tables @param {(rows: (table: string) => IDBObjectStore) => Promise<T>} work
   * @returns {Promise<T>}
   */
  change(tables, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(tables, "readwrite", { durability: "strict" });
      /** @type {T} */
      let result;
      /** @type {unknown} */
      let failure;
      transaction.oncomplete = () => resolve(result);
      transaction.onerror = transaction.onabort = () => reject(failure ?? transaction.error);
      work((table) => transaction.objectStore(table)).then(
        (made) => {
          result = made;
          transaction.commit(); // does not wait for another turn of a page that may be gone by then
        },
        (error) => {
          failure = error;
          transaction.abort();
        });
    });
  }

  /**
   * Resolves when the transaction is on disk, not when the request was accepted.
   * @template T
   * @param {string} table @param {IDBTransactionMode} mode @param {(rows: IDBObjectStore) => IDBRequest<T>} work
   * @returns {Promise<T>}
   */
  run(table, mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(table, mode, { durability: "strict" });
      const request = work(transaction.objectStore(table));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** What a request inside `change` finds. @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
