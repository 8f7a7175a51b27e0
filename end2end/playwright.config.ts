// Configuration for the browser tests. The fixtures start a server per worker, with its own data
// and port. `cargo xtask test browser` sets environment variables for the server binary, the
// browser and PostgreSQL.

import { defineConfig, devices } from "@playwright/test";

const inCi = process.env.CI === "true";
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "./tests",
  fullyParallel: true,
  workers: 2,
  // A flaky test is a bug, either in the product or in the test.
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
      // Unset if Playwright has downloaded its own browser.
      executablePath: process.env.KEYWRIGHT_CHROMIUM,
      args: [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        // Chromium's sandbox does not run as root.
        ...(isRoot ? ["--no-sandbox"] : []),
      ],
    },
  },
});
