import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test";

test.beforeEach(async ({ loginPage }) => loginPage.signIn());

test("the list is rendered on the server and hydrated", async ({ licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.hydrated();
  await expect(licensesPage.rows).toHaveCount(25);
  await expect(licensesPage.count).toHaveText(/^[0-9]+ licenses$/);
});

test("paging forth and back shows every license once and keeps the URL", async ({ page, licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.hydrated();
  const total = Number.parseInt(await licensesPage.count.innerText(), 10);
  const seen: string[][] = [await licensesPage.keys()];
  for (let pages = 1; pages < Math.ceil(total / 25); pages += 1) {
    const before = page.url();
    await licensesPage.next.click();
    await expect(page).not.toHaveURL(before);
    await expect.poll(() => licensesPage.keys()).not.toEqual(seen.at(-1));
    seen.push(await licensesPage.keys());
  }
  expect(seen.flat()).toHaveLength(total);
  expect(new Set(seen.flat()).size).toBe(total);
  const last = await licensesPage.keys();
  await page.reload();
  expect(await licensesPage.keys()).toEqual(last);
  await licensesPage.previous.click();
  await expect.poll(() => licensesPage.keys()).toEqual(seen.at(-2));
  await page.goBack();
  await expect.poll(() => licensesPage.keys()).toEqual(last);
});

test("filters, order and search are in the URL; reload, back and sharing keep them, and the focus stays", async ({ page, licensesPage, somebody }) => {
  await licensesPage.hydrated();
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await licensesPage.status("Active").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL("/licenses?status=expired");
  await expect.poll(() => licensesPage.column("status")).not.toContain("Active");
  await expect(licensesPage.status("Expired")).toBeFocused();
  await licensesPage.product.focus();
  await licensesPage.product.selectOption("notes");
  await expect(page).toHaveURL("/licenses?status=expired&product=notes");
  await expect(licensesPage.product).toBeFocused();
  await expect.poll(async () => new Set(await licensesPage.column("product"))).toEqual(new Set(["Notes"]));
  await page.getByRole("link", { name: "Activations" }).click();
  await expect(page).toHaveURL("/licenses?status=expired&product=notes&sort=-activations");
  await expect(page.getByRole("columnheader", { name: "Activations" })).toHaveAttribute("aria-sort", "descending");
  await page.keyboard.press("/");
  await page.keyboard.type("customer.test");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/licenses?q=customer.test&status=expired&product=notes&sort=-activations");
  await expect(licensesPage.search).toBeFocused();
  await expect.poll(() => licensesPage.keys()).toEqual(["ACME-XXXX-···-0004", "ACME-XXXX-···-0003"]);
  await expect(licensesPage.count).toHaveText(/^2 of [0-9]+ licenses$/);
  expect(await page.evaluate(() => "marked" in window)).toBe(true);

  await page.reload();
  await expect.poll(() => licensesPage.keys()).toEqual(["ACME-XXXX-···-0004", "ACME-XXXX-···-0003"]);
  const shared = await somebody("viewer@acme.test");
  await shared.goto(page.url());
  await expect(shared.getByRole("searchbox")).toHaveValue("customer.test");
  await expect(shared.getByRole("radio", { name: "Expired" })).toBeChecked();
  await licensesPage.hydrated();
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL("/licenses?status=expired&product=notes");
  await expect(licensesPage.search).toHaveValue("");
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL("/licenses");
  await expect(licensesPage.status("Any")).toBeChecked();
  await expect(licensesPage.product).toHaveValue("");
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "search with JavaScript" : "search without JavaScript", () => {
    test.use({ javaScriptEnabled, expectedErrors: [/status of 404/] });

    test("a pasted key opens its license and is in no address", async ({ page, licensesPage, server }) => {
      const minted = server.mint();
      const addresses: string[] = [];
      page.on("request", (request) => addresses.push(request.url(), request.headers()["referer"] ?? ""));
      await page.goto("/licenses");
      await licensesPage.search.fill(minted.license_key.toLowerCase().replaceAll("-", " "));
      await licensesPage.search.press("Enter");
      await expect(page).toHaveURL(`/licenses/${minted.id}`);
      const parts = minted.license_key.split("-").slice(1, -1);
      expect(addresses.filter((address) => parts.some((part) => address.toUpperCase().includes(part)))).toEqual([]);
    });

    test("a key that no license has is not repeated", async ({ page, licensesPage }) => {
      await page.goto("/licenses?q=customer.test");
      await licensesPage.search.fill("ACME-NEVR-SEEN-0000-0009");
      await licensesPage.search.press("Enter");
      await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
      expect(page.url()).not.toContain("NEVR");
      await expect(licensesPage.search).toHaveValue("");
      await page.getByRole("main").getByRole("link", { name: "Show all licenses" }).click();
      await expect(licensesPage.rows).toHaveCount(25);
    });

    test("nothing found says what was asked, and leads on", async ({ page, licensesPage }) => {
      await page.goto("/licenses?status=revoked&product=studio");
      await licensesPage.search.fill("pro@customer.test");
      await licensesPage.search.press("Enter");
      await expect(page.getByRole("heading", { name: "No license matches" })).toBeVisible();
      await expect(page.getByText("in Studio with the status Revoked has “pro@customer.test”")).toBeVisible();
      await page.getByRole("link", { name: /^Search “pro@customer.test” in all/ }).click();
      await expect(licensesPage.rows).toHaveCount(1);
      await expect(licensesPage.rows).toContainText("0001");
    });
  });
}

test("a page that was just loaded leaves the focus at its beginning", async ({ page, licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.hydrated();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
});

test("what is shown can be taken away as a file", async ({ page, licensesPage }) => {
  await page.goto("/licenses?status=revoked");
  await licensesPage.hydrated();
  const shown = await licensesPage.keys();
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("keywright-acme-licenses.csv");
  const text = await readFile(await download.path(), "utf8");
  const keys = text.trimEnd().split("\r\n").slice(1).map((row) => row.split(",")[1]);
  expect(keys).toEqual(shown);
  await expect(page.getByRole("status").filter({ hasText: `Export saved: ${shown.length} rows` })).toBeVisible();
});

test("a late answer to a search changes nothing any more, and what is being typed stays", async ({ page, licensesPage }) => {
  await licensesPage.hydrated();
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const late = page.waitForResponse("**/fn/licenses/find");
  await page.route("**/fn/licenses/find", async (route) => {
    await held;
    await route.continue();
  }, { times: 1 });
  await licensesPage.search.fill("ACME-PRO0-0000-0001");
  await licensesPage.search.press("Enter");
  await expect(licensesPage.count).toHaveText("Searching…");
  await licensesPage.search.fill("half typed");
  await licensesPage.status("Revoked").check({ force: true });
  await expect(page).toHaveURL("/licenses?status=revoked");
  await expect(licensesPage.search).toHaveValue("half typed");
  answer();
  await late;
  await expect.poll(async () => new Set(await licensesPage.column("status"))).toEqual(new Set(["Revoked"]));
  await expect(page).toHaveURL("/licenses?status=revoked");
});

test.describe("a search that fails", () => {
  test.use({ expectedErrors: [/ERR_/] });

  test("says so, and keeps what was typed and where one is", async ({ page, licensesPage }) => {
    await page.goto("/licenses?status=active");
    await licensesPage.hydrated();
    await page.route("**/fn/licenses/find", (route) => route.abort());
    await licensesPage.search.fill("tidepool");
    await licensesPage.search.press("Enter");
    await expect(page.getByRole("alert")).toContainText("The server could not be reached");
    await expect(licensesPage.search).toHaveValue("tidepool");
    await expect(page).toHaveURL("/licenses?status=active");
    await page.unroute("**/fn/licenses/find");
    await licensesPage.search.press("Enter");
    await expect(page).toHaveURL("/licenses?q=tidepool&status=active");
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});

test("what the published client does shows on the list", async ({ page, licensesPage, device, server }) => {
  const key = server.demo.keys[0];
  const row = licensesPage.row(key?.display_key ?? "");
  // Other tests mint licenses, which would push it off the first page.
  await page.goto("/licenses?q=pro%40customer.test");
  await expect(row).toContainText("0 of 3");
  expect(await device.tell(`activate ${key?.license_key}`)).toBe("ok, Licensed, pro: true");
  expect(await device.tell("validate")).toBe("ok, Licensed, pro: true");
  await page.reload();
  await expect(row).toContainText("1 of 3");
  expect(await device.tell("deactivate")).toMatch(/^ok/);
  await page.reload();
  await expect(row).toContainText("0 of 3");
});

test("a license minted on the command line is the first of the list", async ({ licensesPage, server }) => {
  const minted = JSON.parse(server.run("mint", "--tenant", "acme", "--product", "studio", "--customer-email", "new@customer.test", "--json"));
  await licensesPage.goto();
  await expect(licensesPage.rows.first()).toContainText("new@customer.test");
  await expect(licensesPage.rows.first().getByRole("rowheader")).toHaveText(minted.display_key);
});

test("a theme is shown at once and after a reload", async ({ page, licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.hydrated();
  await page.getByRole("button", { name: /^Account/ }).click();
  const kept = page.waitForResponse((response) => response.url().endsWith("/session/theme"));
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await kept;
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a theme is shown at once on a page without wasm", async ({ page }) => {
  await page.goto("/audit");
  await expect(page.locator("html[data-scripted]")).toBeAttached();
  await page.getByRole("button", { name: /^Account/ }).click();
  const kept = page.waitForResponse((response) => response.url().endsWith("/session/theme"));
  await page.getByRole("radio", { name: "Light" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await kept;
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

test.describe("an address that leads nowhere", () => {
  test.use({ expectedErrors: [/status of 404/] });

  test("has a page with a way back", async ({ page, licensesPage }) => {
    const response = await page.goto("/nothing");
    expect(response?.status()).toBe(404);
    await page.getByRole("main").getByRole("link", { name: /licenses/i }).click();
    await expect(licensesPage.heading).toBeVisible();
  });
});
