import { expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";

function flat(texts: object, path = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
      typeof value === "string" ? [[path + key, value] as const] : [...flat(value as object, `${path}${key}.`)],
    ),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

it("both languages have the same keys and placeholders", () => {
  const [chinese, english] = [flat(zh), flat(en)];
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  for (const [key, text] of chinese) expect([key, placeholders(english.get(key) ?? "")]).toEqual([key, placeholders(text)]);
});

it("no text is empty, and Chinese ones are Chinese", () => {
  for (const [key, text] of [...flat(zh), ...flat(en)]) expect(text.trim(), key).not.toBe("");
  const latin = [...flat(zh)].filter(([, text]) => !/\p{Script=Han}/u.test(text)).map(([key]) => key);
  expect(latin).toEqual(["app.language", "app.languageHint"]);
});

it("every text is used", async () => {
  const sources = Object.values(import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true })).join("\n");
  // A key may be put together: then its parent is what the source names, `status.${…}`.
  const unused = [...flat(zh).keys()].filter((key) => {
    const parent = key.slice(0, key.lastIndexOf("."));
    return !sources.includes(`"${key}"`) && !sources.includes(`\`${parent}.\${`);
  });
  expect(unused).toEqual([]);
});
