// From an empty server to the first licensed device: nothing but a browser, the code that the server prints, and an app.

import { Device } from "../fixtures/device";
import { expect, test } from "../fixtures/test";
import { GuidePage } from "../pages/guide";

for (const engine of ["sqlite", "postgres"] as const) {
  for (const javaScriptEnabled of [true, false]) {
    test.describe(`on ${engine}, ${javaScriptEnabled ? "with" : "without"} JavaScript`, () => {
      test.use({ engine, javaScriptEnabled });

      test("the guide leads from the setup to a licensed device", async ({ page, fresh, setupPage }) => {
        await setupPage.goto("/");
        await setupPage.send(fresh.code);
        const guide = new GuidePage(page, fresh.server.url);
        await guide.expectNext(0, "Add your product");
        await guide.addProduct();
        await guide.expectNext(1, "Add a key type");
        await guide.addKeyType();
        await guide.expectNext(2, "Make the SDK key");
        const sdkKey = await guide.makeSdkKey();
        await guide.goOn();
        await guide.expectNext(3, "Mint the first license");
        const key = await guide.mint();
        await guide.goOn();
        await guide.expectNext(4, "Activate it in your app");

        const { url, tenant, product, kid, publicKey } = await guide.valuesOfSnippet();
        if (javaScriptEnabled) {
          // Whoever copies by hand has something selected while the device activates.
          await page.locator("#rust").selectText();
        }
        const device = new Device(url, tenant, product, sdkKey, kid, publicKey);
        expect(await device.tell(`activate ${key}`)).toBe("ok, Licensed, pro: true");
        device.stop();
        if (javaScriptEnabled) {
          await expect(page.getByRole("status").filter({ hasText: "Your first device is activated." })).toBeFocused();
        } else {
          await guide.goto();
        }
        await expect(page.getByRole("status").filter({ hasText: "Your first device is activated." })).toBeVisible();
        await page.getByRole("button", { name: "Close the guide" }).click();
        await setupPage.expectAt("/licenses");
        await expect(page.getByRole("row", { name: /ada@example.test/ })).toContainText("1 of 3");
        await expect(page.getByRole("link", { name: "Get started" })).toHaveCount(0);
        await guide.goto();
        await setupPage.expectAt("/licenses");
      });
    });
  }
}

test.describe("with another screen beside it", () => {
  test("the guide ticks a step off while one looks at it", async ({ page, context, fresh, setupPage }) => {
    await setupPage.goto("/");
    await setupPage.send(fresh.code);
    const guide = new GuidePage(page, fresh.server.url);
    await guide.addProduct();
    await guide.addKeyType();
    await guide.makeSdkKey();
    await guide.goOn();
    await guide.expectNext(3, "Mint the first license");
    const copy = page.getByRole("button", { name: "Copy key ID" });
    await copy.focus();
    const other = new GuidePage(await context.newPage(), fresh.server.url);
    await other.goto();
    await other.mint();
    await guide.expectNext(4, "Activate it in your app");
    await expect(copy).toBeFocused();
  });
});
