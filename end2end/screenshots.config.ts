// How the pictures of the documentation are taken: as the browser tests run, but for what is said here.

import { defineConfig } from "@playwright/test";

import tests from "./playwright.config";

export default defineConfig(tests, {
  testDir: "./screenshots",
  // One server, so that all pictures are of the same data.
  workers: 1,
  reporter: "list",
  // Playwright hides the caret with a style of its own, which the policy would refuse.
  use: { bypassCSP: true },
});
