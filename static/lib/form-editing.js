// Changing a form that is being written. Pure: each change gives a new document, and leaves no condition behind that
// names a field by a name it no longer has.

/** @typedef {import("lib/form-rules.js").Form} Form */
/** @typedef {import("lib/form-rules.js").Field} Field */
/** @typedef {import("lib/form-rules.js").Section} Section */
/** @typedef {{section: number, field: number}} Place from 0 */

/** What a field of a type begins with beside its words. @type {Record<string, object>} */
const BEGINS = {
  choice: { options: [{ id: "option_1", label: {} }, { id: "option_2", label: {} }] },
  multi: { options: [{ id: "option_1", label: {} }, { id: "option_2", label: {} }] },
  reading: { unit: "m³", min: 0, decimals: 3 },
};

/** The first name of this kind that is free. @param {string} stem @param {string[]} taken */
export function freeId(stem, taken) {
  for (let number = 1; ; number += 1) if (!taken.includes(`${stem}_${number}`)) return `${stem}_${number}`;
}

/** @param {Form} form */
const idsOf = (form) => form.sections.flatMap(({ fields }) => fields.map(({ id }) => id));

/** @param {Form} form @param {number} at @param {(section: Section) => Section} how @returns {Form} */
function inSection(form, at, how) {
  return { sections: form.sections.map((section, index) => (index === at ? how(section) : section)) };
}

/** @param {Form} form @returns {Form} */
export function addSection(form) {
  const id = freeId("section", form.sections.map((section) => section.id));
  return { sections: [...form.sections, { id, title: {}, fields: [] }] };
}

/** @param {Form} form @param {number} at @param {Partial<Section>} change @returns {Form} */
export function changeSection(form, at, change) {
  return inSection(form, at, (section) => tidy({ ...section, ...change }));
}

/** @param {Form} form @param {number} at @returns {Form} */
export function removeSection(form, at) {
  return { sections: form.sections.filter((_, index) => index !== at) };
}

/** @param {Form} form @param {number} at @param {number} by -1 or 1 @returns {Form} */
export function moveSection(form, at, by) {
  const sections = [...form.sections];
  const [moved] = sections.splice(at, 1);
  if (moved) sections.splice(Math.max(0, at + by), 0, moved);
  return { sections };
}

/** At the end of a section. @param {Form} form @param {number} section @param {string} type @returns {Form} */
export function addField(form, section, type) {
  const field = /** @type {Field} */ ({ id: freeId(type, idsOf(form)), type, label: {}, ...structuredClone(BEGINS[type] ?? {}) });
  return inSection(form, section, (each) => ({ ...each, fields: [...each.fields, field] }));
}

/** What is set to undefined is taken out. A new name is followed by the conditions. @param {Form} form @param {Place} place @param {Partial<Field>} change @returns {Form} */
export function changeField(form, place, change) {
  const before = form.sections[place.section]?.fields[place.field];
  const changed = inSection(form, place.section, (section) => ({ ...section, fields: section.fields.map((field, index) => (index === place.field ? tidy({ ...field, ...change }) : field)) }));
  return before && change.id && change.id !== before.id ? renamed(changed, before.id, change.id) : changed;
}

/** Words, hint and conditions stay; what only the old type had goes. @param {Form} form @param {Place} place @param {string} type @param {string[]} own what the new type has @returns {Form} */
export function changeType(form, place, type, own) {
  const before = form.sections[place.section]?.fields[place.field];
  if (!before) return form;
  const kept = Object.entries(before).filter(([name]) => ["id", "label", "hint", "required", "required_when", "visible_when", ...own].includes(name));
  const field = /** @type {Field} */ ({ ...structuredClone(BEGINS[type] ?? {}), ...Object.fromEntries(kept), type });
  return inSection(form, place.section, (section) => ({ ...section, fields: section.fields.map((each, index) => (index === place.field ? field : each)) }));
}

/** @param {Form} form @param {Place} place @returns {Form} */
export function removeField(form, place) {
  return inSection(form, place.section, (section) => ({ ...section, fields: section.fields.filter((_, index) => index !== place.field) }));
}

/** One up or down; beyond an end of its section into the next one. @param {Form} form @param {Place} place @param {number} by -1 or 1 @returns {{form: Form, place: Place}} */
export function moveField(form, { section, field }, by) {
  const own = form.sections[section];
  const moved = own?.fields[field];
  if (!own || !moved) return { form, place: { section, field } };
  const within = field + by;
  const target = within < 0 || within >= own.fields.length ? { section: section + by, field: by < 0 ? form.sections[section - 1]?.fields.length ?? 0 : 0 } : { section, field: within };
  if (!form.sections[target.section]) return { form, place: { section, field } };
  const without = removeField(form, { section, field });
  return { place: target, form: inSection(without, target.section, (each) => ({ ...each, fields: [...each.fields.slice(0, target.field), moved, ...each.fields.slice(target.field)] })) };
}

/** The fields before a place: those that its conditions may look at. @param {Form} form @param {Place} place @returns {Field[]} */
export function before(form, { section, field }) {
  return form.sections.flatMap(({ fields }, index) => (index < section ? fields : index === section ? fields.slice(0, field) : []));
}

/** @param {Form} form @param {string} old @param {string} id @returns {Form} */
function renamed(form, old, id) {
  const conditions = (/** @type {import("lib/form-rules.js").Condition[] | undefined} */ list) => list?.map((each) => (each.field === old ? { ...each, field: id } : each));
  return { sections: form.sections.map((section) => tidy({
    ...section, visible_when: conditions(section.visible_when),
    fields: section.fields.map((field) => tidy({ ...field, visible_when: conditions(field.visible_when), required_when: conditions(field.required_when) })),
  })) };
}

/** Without what is undefined. @template {object} T @param {T} thing @returns {T} */
function tidy(thing) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(thing).filter(([, value]) => value !== undefined)));
}
