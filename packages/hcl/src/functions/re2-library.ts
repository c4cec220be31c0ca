/** The parts of the library that are used: what else it has is left out of the bundle. */
export { RE2JS, RE2JSSyntaxException } from "re2js";
