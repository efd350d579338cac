import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` talks to a running data center; a build is served by the data center itself.
const dataCenter = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", manifest: true, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 800 },
  server: { host: "127.0.0.1", proxy: { "/api": dataCenter } },
  test: { environment: "jsdom", include: ["test/**/*.test.{ts,tsx,mjs}"], restoreMocks: true },
});
