// The page on which a fresh server gets its first tenant. Its server is another than the one of the demo data.

import { expect, type Locator, type Page } from "@playwright/test";

const right = {
  "Tenant name": "My company",
  Slug: "mine",
  "E-mail": "me@mine.test",
  Password: "correct horse",
};

export class SetupPage {
  readonly alert: Locator;

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    this.alert = page.getByRole("alert");
  }

  async goto(path = "/setup"): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
  }

  field(label: string): Locator {
    return this.page.getByRole("main").getByLabel(label, { exact: true });
  }

  /** Sends the form with that code, and else what is right unless it is given. */
  async send(code: string, change: Partial<typeof right> = {}): Promise<void> {
    await this.field("Setup code").fill(code);
    for (const [label, value] of Object.entries({ ...right, ...change })) {
      await this.field(label).fill(value);
    }
    await this.page.getByRole("button", { name: "Set up" }).click();
  }

  async expectAt(path: string): Promise<void> {
    await expect(this.page).toHaveURL(new URL(path, this.url).href);
  }
}
