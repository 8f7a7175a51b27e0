import { expect, test } from "../fixtures/test";

test("an operator signs in, sees the licenses and signs out", async ({ page, loginPage, licensesPage }) => {
  await page.goto("/");
  await expect(page).toHaveURL("/login");
  await loginPage.signIn("support@acme.test");
  await expect(page).toHaveTitle("Licenses · Keywright");
  await expect(licensesPage.rows).toHaveCount(25);
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/login");
  await page.goto("/licenses");
  await expect(page).toHaveURL("/login");
});

test("going back after signing out shows the sign-in page", async ({ page, loginPage }) => {
  await loginPage.signIn();
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/login");
  await page.goBack();
  await expect(page).toHaveURL("/login");
});

test("the sign-in page loads no wasm", async ({ page, loginPage }) => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await loginPage.goto();
  await expect(page.locator("html[data-scripted]")).toBeAttached();
  expect(requests.filter((url) => /frontend|wasm/.test(url))).toEqual([]);
});

test.describe("rejected", () => {
  test.use({ expectedErrors: [/status of 401/] });

  test("a wrong password shows the form again with an error and the email address", async ({ page, loginPage }) => {
    await loginPage.goto();
    await loginPage.submit("owner@acme.test", "wrong");
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(loginPage.email).toHaveValue("owner@acme.test");
    await expect(loginPage.password).toHaveValue("");
    await expect(page.locator("html[data-scripted]")).toBeAttached();
    await loginPage.submit("owner@acme.test", "keywright-demo");
    await expect(page).toHaveURL("/licenses");
  });
});
