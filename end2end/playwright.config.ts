// How the browser tests run. Servers are started by the fixtures, one process each on a free port with data of its own;
// the binary, the browser and PostgreSQL come from `cargo xtask test browser` in environment variables.

import { defineConfig, devices } from "@playwright/test";

const inCi = process.env.CI === "true";
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "./tests",
  fullyParallel: true,
  workers: 2,
  // A flaky test is a defect, in the product or in the test.
  retries: 0,
  forbidOnly: inCi,
  reporter: inCi ? [["list"]] : [["list"], ["html", { open: "never" }]],
  use: {
    ...devices["Desktop Chrome"],
    locale: "en-GB",
    timezoneId: "UTC",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      // Unset where Playwright has downloaded its own.
      executablePath: process.env.KEYWRIGHT_CHROMIUM,
      args: [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        // Chromium's sandbox refuses root.
        ...(isRoot ? ["--no-sandbox"] : []),
      ],
    },
  },
});
