import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Icon } from "../ui/Icon";
import { Mark } from "../ui/Mark";
import styles from "./Frame.module.css";
import { remember, usePreferences } from "./preferences";
import { useMode } from "./theme";

interface FrameProps {
  readonly title?: string;
  readonly center?: ReactNode;
  readonly tools?: ReactNode;
  readonly whole?: boolean; // the page fills the window and its parts scroll
  readonly children: ReactNode;
}

/** The bar on top and the page below it. */
export function Frame({ title, center, tools, whole = false, children }: FrameProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.frame} data-whole={whole}>
      <a className={styles.skip} href="#main">{t("app.skip")}</a>
      <header className={styles.bar}>
        <div className={styles.left}>
          <Link href="/" className={styles.brand ?? ""} aria-label={`Hotline · ${t("app.home")}`}>
            <Mark />
            <span className={styles.name}>Hotline</span>
          </Link>
          {title && <span className={styles.title}>{title}</span>}
        </div>
        <div className={styles.center}>{center}</div>
        <div className={styles.tools}>
          <LanguageButton />
          <ModeButton />
          {tools}
        </div>
      </header>
      <main id="main" className={styles.main}>{children}</main>
    </div>
  );
}

function LanguageButton() {
  const { t } = useTranslation();
  const language = usePreferences((preferences) => preferences.language);
  return (
    <button
      type="button"
      className={styles.tool}
      title={t("app.languageHint")}
      data-testid="language"
      onClick={() => remember({ language: language === "zh" ? "en" : "zh" })}
    >
      {t("app.language")}
    </button>
  );
}

function ModeButton() {
  const { t } = useTranslation();
  const { mode, toggle } = useMode();
  const label = mode === "dark" ? t("app.light") : t("app.dark");
  return <ToolButton label={label} icon={mode === "dark" ? "sun" : "moon"} testId="mode" onClick={toggle} />;
}

interface ToolButtonProps {
  readonly label: string;
  readonly icon: Parameters<typeof Icon>[0]["name"];
  readonly testId: string;
  readonly disabled?: boolean;
  onClick(): void;
}

/** A button of the bar that shows only its icon. */
export function ToolButton({ label, icon, testId, disabled, onClick }: ToolButtonProps) {
  return (
    <Tooltip title={label} mouseEnterDelay={0.4}>
      <button type="button" className={styles.tool} aria-label={label} aria-disabled={disabled} data-testid={testId} onClick={() => disabled || onClick()}>
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
