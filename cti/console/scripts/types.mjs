// TypeScript types of one OpenAPI document. Used by `npm run api` and by the test that the committed types are current.
import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

/** @param {string} path an OpenAPI document @returns {Promise<string>} the text of a .d.ts file */
export async function typesOf(path) {
  const document = JSON.parse(readFileSync(path, "utf8"));
  const nodes = await openapiTS(document, { immutable: true });
  return `// Made by \`npm run api\`; do not edit.\n${astToString(nodes)}`;
}
