import { expect, type Locator, type Page } from "@playwright/test";

import type { Server } from "../fixtures/server";

export class LoginPage {
  readonly email: Locator;
  readonly password: Locator;
  readonly submit: Locator;

  constructor(
    readonly page: Page,
    private readonly server: Server,
  ) {
    this.email = page.getByLabel("E-mail");
    this.password = page.getByLabel("Password");
    this.submit = page.getByRole("button", { name: "Sign in" });
  }

  async goto(): Promise<void> {
    await this.page.goto("/login");
    await expect(this.page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  }

  async fill(email: string, password: string): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.submit.click();
  }

  /** Signs the demo's operator with this e-mail in. */
  async signIn(email = "owner@acme.test"): Promise<void> {
    const operator = this.server.demo.operators.find((operator) => operator.email === email);
    await this.goto();
    await this.fill(email, operator?.password ?? "");
    await expect(this.page).toHaveURL("/licenses");
  }
}
