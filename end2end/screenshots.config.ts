// Takes the screenshots for the documentation. Extends the configuration for the browser tests.

import { defineConfig } from "@playwright/test";

import tests from "./playwright.config";

export default defineConfig(tests, {
  testDir: "./screenshots",
  // One server, so that all screenshots show the same data.
  workers: 1,
  reporter: "list",
  // Playwright hides the caret with an inline style, which the content security policy would block.
  use: { bypassCSP: true },
});
