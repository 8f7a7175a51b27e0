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

test("what the published client does shows on the list", async ({ page, licensesPage, device, server }) => {
  const key = server.demo.keys[0];
  const row = licensesPage.row(key?.display_key ?? "");
  await licensesPage.goto();
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

test.describe("an address that leads nowhere", () => {
  test.use({ expectedErrors: [/status of 404/] });

  test("has a page with a way back", async ({ page, licensesPage }) => {
    const response = await page.goto("/nothing");
    expect(response?.status()).toBe(404);
    await page.getByRole("main").getByRole("link", { name: /licenses/i }).click();
    await expect(licensesPage.heading).toBeVisible();
  });
});
