// From an empty server to the first licensed device, with a browser, the setup code and an app.

import { Device } from "../fixtures/device";
import { expect, test } from "../fixtures/test";
import { GuidePage } from "../pages/guide";

for (const engine of ["sqlite", "postgres"] as const) {
  for (const javaScriptEnabled of [true, false]) {
    test.describe(`on ${engine}, ${javaScriptEnabled ? "with" : "without"} JavaScript`, () => {
      test.use({ engine, javaScriptEnabled });

      test("the guide leads from setup to a licensed device", async ({ page, fresh, setupPage }) => {
        await setupPage.goto("/");
        await setupPage.submit(fresh.setupCode);
        const guide = new GuidePage(page, fresh.server.url);
        await guide.expectNextStep(0, "Add your product");
        await guide.addProduct();
        await guide.expectNextStep(1, "Add a key type");
        await guide.addKeyType();
        await guide.expectNextStep(2, "Create the SDK key");
        const sdkKey = await guide.createSdkKey();
        await guide.continueGuide();
        await guide.expectNextStep(3, "Mint the first license");
        const key = await guide.mintLicense();
        await guide.continueGuide();
        await guide.expectNextStep(4, "Activate it in your app");

        const { url, tenant, product, kid, publicKey } = await guide.snippetArguments();
        if (javaScriptEnabled) {
          // A text selection must not block the last update of the page.
          await page.locator("#rust").selectText();
        }
        const device = new Device(url, tenant, product, sdkKey, kid, publicKey);
        expect(await device.send(`activate ${key}`)).toBe("ok, Licensed, pro: true");
        device.stop();
        if (javaScriptEnabled) {
          await expect(page.getByRole("status").filter({ hasText: "Your first device is activated." })).toBeFocused();
        } else {
          await guide.goto();
        }
        await expect(page.getByRole("status").filter({ hasText: "Your first device is activated." })).toBeVisible();
        await page.getByRole("button", { name: "Close the guide" }).click();
        await setupPage.expectPath("/licenses");
        await expect(page.getByRole("row", { name: /ada@example.test/ })).toContainText("1 of 3");
        await expect(page.getByRole("link", { name: "Get started" })).toHaveCount(0);
        await guide.goto();
        await setupPage.expectPath("/licenses");
      });
    });
  }
}

test.describe("with a second page open", () => {
  test("the guide completes a step live and keeps the focus", async ({ page, context, fresh, setupPage }) => {
    await setupPage.goto("/");
    await setupPage.submit(fresh.setupCode);
    const guide = new GuidePage(page, fresh.server.url);
    await guide.addProduct();
    await guide.addKeyType();
    await guide.createSdkKey();
    await guide.continueGuide();
    await guide.expectNextStep(3, "Mint the first license");
    const copyButton = page.getByRole("button", { name: "Copy key ID" });
    await copyButton.focus();
    const other = new GuidePage(await context.newPage(), fresh.server.url);
    await other.goto();
    await other.mintLicense();
    await guide.expectNextStep(4, "Activate it in your app");
    await expect(copyButton).toBeFocused();
  });
});
