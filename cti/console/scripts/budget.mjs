// After a build: what each page makes the browser fetch before it is whole, compressed, against what it may cost.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));
const ENTRY = "index.html";
const PAGES = [
  { page: "landing", parts: [ENTRY], budget: 300 },
  { page: "agent", parts: [ENTRY, "src/agent/AgentPage.tsx", "src/voice/agentPhone.ts"], budget: 350 },
  { page: "web phone", parts: [ENTRY, "src/webphone/WebPhonePage.tsx", "src/voice/outgoingCall.ts"], budget: 350 },
];

function files(part, found = new Set()) {
  const chunk = manifest[part];
  if (!chunk) throw new Error(`${part} is not in the build`);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
  for (const other of chunk.imports ?? []) if (!found.has(manifest[other].file)) files(other, found);
  return found;
}

let failed = false;
for (const { page, parts, budget } of PAGES) {
  const all = new Set(parts.flatMap((part) => [...files(part)]));
  const size = [...all].reduce((sum, file) => sum + gzipSync(readFileSync(dist + file)).length, 0) / 1024;
  failed ||= size > budget;
  console.log(`${page}: ${size.toFixed(0)} KB gzip of ${budget}${size > budget ? "  TOO MUCH" : ""}`);
}
process.exit(failed ? 1 : 0);
