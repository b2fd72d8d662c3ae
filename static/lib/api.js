// The HTTP API as a client sees it: one error type with a stable code, time limits, patience with bad
// networks. Nothing here knows about a page; `fetch` may be replaced.

/** @typedef {{code: string, where: string, detail: string, params?: Record<string, unknown>}} Fault */
/** @typedef {{surface?: string, language?: string, base?: string, token?: string, fetch?: typeof fetch, timeout?: number}} ApiOptions */
/** @typedef {{body?: unknown, query?: Record<string, unknown>, signal?: AbortSignal, timeout?: number, tries?: number, cache?: RequestCache}} CallOptions `cache`: "no-cache" where an answer has a tag */

/** A refusal by the server, or `code: "offline"` / `"timeout"` when it could not be reached. */
export class ApiError extends Error {
  /**
   * @param {string} code stable, also the key `errors.<code>`
   * @param {number} status 0 when there was no answer
   * @param {{message?: string, params?: Record<string, unknown>, faults?: Fault[], retryAfter?: number}} [more]
   */
  constructor(code, status, more = {}) {
    super(more.message || code);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.params = more.params ?? {};
    this.faults = more.faults ?? [];
    this.retryAfter = more.retryAfter ?? 0;
  }

  /** Worth trying again by itself: no answer, or the server is away for a moment. */
  get passing() {
    return this.status === 0 || this.status === 503 || this.status === 502 || this.status === 504;
  }
}

/** Dispatches `unauthenticated` when an answer says that nobody is signed in (any more). */
export class Api extends EventTarget {
  /** @param {ApiOptions} [options] */
  constructor(options = {}) {
    super();
    this.surface = options.surface ?? "";
    this.language = options.language ?? "";
    this.base = options.base ?? "";
    this.token = options.token ?? "";
    this.timeout = options.timeout ?? 15_000;
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /** @param {string} path @param {CallOptions} [options] @returns {Promise<any>} */
  get(path, options) {
    return this.call("GET", path, { tries: 3, ...options });
  }

  /** @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<any>} */
  post(path, body, options) {
    return this.call("POST", path, { ...options, body });
  }

  /** @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<any>} */
  put(path, body, options) {
    return this.call("PUT", path, { ...options, body });
  }

  /** @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<any>} */
  patch(path, body, options) {
    return this.call("PATCH", path, { ...options, body });
  }

  /** @param {string} path @param {CallOptions} [options] @returns {Promise<any>} */
  delete(path, options) {
    return this.call("DELETE", path, options);
  }

  /**
   * One call; `tries` > 1 repeats passing failures, for calls that may safely happen twice.
   * @param {string} method @param {string} path @param {CallOptions} [options] @returns {Promise<any>}
   */
  async call(method, path, options = {}) {
    const tries = options.tries ?? 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(method, path, options);
      } catch (error) {
        const again = error instanceof ApiError && error.passing && attempt < tries && !options.signal?.aborted;
        if (!again) throw error;
        await pause(Math.max(error.retryAfter * 1000, 300 * 2 ** attempt * (0.5 + Math.random())));
      }
    }
  }

  /** @param {string} method @param {string} path @param {CallOptions} options @returns {Promise<any>} */
  async once(method, path, options) {
    const limit = AbortSignal.timeout(options.timeout ?? this.timeout);
    /** @type {Response} */
    let response;
    try {
      response = await this.fetch(this.url(path, options.query), {
        method,
        headers: this.headers(options.body !== undefined),
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
        signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
        credentials: "same-origin",
        cache: options.cache ?? "no-store",
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(limit.aborted ? "timeout" : "offline", 0);
    }
    return this.answer(response.status, await response.text(), response.headers.get("retry-after"));
  }

  /**
   * Sends a file; `fetch` cannot tell how far an upload is, so this is an XMLHttpRequest.
   * @param {string} path
   * @param {{file: Blob, name?: string, fields?: Record<string, string>}} form
   * @param {(part: number) => void} [progress] 0–1
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  upload(path, form, progress, signal) {
    const body = new FormData();
    for (const [key, value] of Object.entries(form.fields ?? {})) body.append(key, value);
    body.append("file", form.file, form.name ?? "picture");
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.url(path));
      for (const [key, value] of Object.entries(this.headers(false))) request.setRequestHeader(key, value);
      request.timeout = 120_000;
      request.upload.onprogress = (event) => progress?.(event.total ? event.loaded / event.total : 0);
      request.onerror = () => reject(new ApiError("offline", 0));
      request.ontimeout = () => reject(new ApiError("timeout", 0));
      request.onabort = () => reject(signal?.reason ?? new ApiError("offline", 0));
      request.onload = () => {
        try {
          resolve(this.answer(request.status, request.responseText, request.getResponseHeader("retry-after")));
        } catch (error) {
          reject(error);
        }
      };
      signal?.addEventListener("abort", () => request.abort(), { once: true });
      request.send(body);
    });
  }

  /** @param {number} status @param {string} text @param {string | null} retryAfter @returns {any} */
  answer(status, text, retryAfter) {
    if (status === 401) this.dispatchEvent(new Event("unauthenticated"));
    return answer(status, text, retryAfter);
  }

  /** The address of a picture for an `<img>`, which cannot send our header: the surface goes along in the query. @param {string} path */
  picture(path) {
    return this.url(path, this.surface ? { surface: this.surface } : {});
  }

  /** @param {string} path @param {Record<string, unknown>} [query] */
  url(path, query) {
    const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
    const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
    return this.base + path + (search ? `?${search}` : "");
  }

  /** @param {boolean} json @returns {Record<string, string>} */
  headers(json) {
    return {
      Accept: "application/json",
      ...(json && { "Content-Type": "application/json" }),
      ...(this.surface && { "Curbstop-Surface": this.surface }),
      ...(this.language && { "Accept-Language": this.language === "pseudo" ? "en" : this.language }),
      ...(this.token && { Authorization: `Bearer ${this.token}` }),
    };
  }
}

/** @param {number} status @param {string} text @param {string | null} retryAfter @returns {any} */
function answer(status, text, retryAfter) {
  /** @type {any} */
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    if (status < 400) throw new ApiError("internal", status);
  }
  if (status >= 200 && status < 400) return body;
  const error = body?.error ?? {};
  throw new ApiError(error.code ?? (status === 503 ? "unavailable" : "internal"), status, {
    message: error.message,
    params: error.params,
    faults: error.faults,
    retryAfter: Number(retryAfter ?? error.params?.retry_after ?? 0) || 0,
  });
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
