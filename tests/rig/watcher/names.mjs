// Lets Node.js find the browser's modules by the names that a page's import map gives them ("lib/…").
import { register } from "node:module";

const root = new URL("../../../static/", import.meta.url).href;
const hooks = `
  export function resolve(name, context, next) {
    return name.startsWith("lib/") ? { url: ${JSON.stringify(root)} + name, format: "module", shortCircuit: true } : next(name, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
