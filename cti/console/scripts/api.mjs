// Regenerates src/api from Python: the JSON documents, then TypeScript types from them. PYTHON names the interpreter.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { typesOf } from "./types.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const checkout = here("../../../");
const venv = `${checkout}.venv/bin/python`;
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : "python3");

const run = spawnSync(python, [here("contracts.py")], { stdio: "inherit", env: { ...process.env, PYTHONPATH: checkout } });
if (run.error) console.error(`${python}: ${run.error.message}. Name an interpreter with PYTHON=… npm run api`);
if (run.status !== 0) process.exit(run.status ?? 1);

for (const [json, types] of [["openapi", "schema"], ["messages", "messages"]]) {
  writeFileSync(here(`../src/api/${types}.d.ts`), await typesOf(here(`../src/api/${json}.json`)));
}
