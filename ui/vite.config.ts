import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` passes API calls on to a running weft (or the sample of crates/api).
export default defineConfig({
  plugins: [react()],
  build: {
    // No data: URLs: what the page needs comes as files, under the content security policy of the service.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target: process.env.WEFT_URL ?? "http://127.0.0.1:8686", changeOrigin: true } } },
  test: { include: ["src/**/*.test.ts"] },
});
