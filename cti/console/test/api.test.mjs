// @vitest-environment node
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { typesOf } from "../scripts/types.mjs";

it.each([["openapi", "schema"], ["messages", "messages"]])("the types made from %s.json are current (npm run api)", async (json, types) => {
  expect(readFileSync(`src/api/${types}.d.ts`, "utf8")).toBe(await typesOf(`src/api/${json}.json`));
});
