import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { usePreferences } from "../app/preferences";
import { en } from "./en";
import { zh } from "./zh";
import type { Texts } from "./texts";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

void i18next.use(initReactI18next).init({
  resources: { zh: { translation: zh }, en: { translation: en } },
  lng: usePreferences.getState().language,
  fallbackLng: "en",
  interpolation: { escapeValue: false }, // React escapes
  initAsync: false,
});

function follow(language: string): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

follow(i18next.language);
usePreferences.subscribe(({ language }) => {
  if (i18next.language === language) return;
  void i18next.changeLanguage(language);
  follow(language);
});
