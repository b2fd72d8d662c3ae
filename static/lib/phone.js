// A telephone number as people read it, where its country's habit is known; any other stays as it is.

const GROUPS = [
  /^(\+86)(1\d{2})(\d{4})(\d{4})$/, // mainland, mobile
  /^(\+886)(9\d{2})(\d{3})(\d{3})$/, // Taiwan, mobile
  /^(\+85[23])(\d{4})(\d{4})$/, // Hong Kong, Macao
  /^(\+377)(\d{2})(\d{2})(\d{2})(\d{2})$/, // Monaco
  /^(\+33)(\d)(\d{2})(\d{2})(\d{2})(\d{2})$/, // France
];

/** `+86 138 0013 8000`. @param {string} phone in E.164 */
export function spaced(phone) {
  for (const groups of GROUPS) {
    const parts = groups.exec(phone);
    if (parts) return parts.slice(1).join(" ");
  }
  return phone;
}
