import { h } from "parts/dom.js";
import { startPage } from "parts/page.js";
const page = await startPage();
page.main.append(h("h1", { text: page.shell.utility }));
