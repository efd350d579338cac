// One visual language: ink on paper, jade for what is well and what to do next. The same values as variables are in theme.css.
import { type ThemeConfig, theme } from "antd";
import { useSyncExternalStore } from "react";
import { usePreferences } from "./preferences";

const dark = window.matchMedia?.("(prefers-color-scheme: dark)");

function useSystemIsDark(): boolean {
  return useSyncExternalStore(
    (changed) => {
      dark?.addEventListener("change", changed);
      return () => dark?.removeEventListener("change", changed);
    },
    () => dark?.matches ?? false,
  );
}

/** The mode in force, and how to turn it over. */
export function useMode(): { readonly mode: "light" | "dark"; toggle(): void } {
  const system = useSystemIsDark() ? "dark" : "light";
  const chosen = usePreferences((preferences) => preferences.mode);
  const mode = chosen === "system" ? system : chosen;
  return {
    mode,
    toggle: () => {
      const other = mode === "dark" ? "light" : "dark";
      usePreferences.setState({ mode: other === system ? "system" : other });
    },
  };
}

const shared = {
  fontFamily: "var(--font)",
  borderRadius: 10,
  controlHeight: 38,
  controlHeightLG: 46,
  motionDurationMid: "0.12s",
  motionDurationSlow: "0.16s",
  wireframe: false,
} as const;

export function themeFor(mode: "light" | "dark"): ThemeConfig {
  const isDark = mode === "dark";
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...shared,
      colorPrimary: isDark ? "#29907e" : "#0b6e5f",
      colorInfo: isDark ? "#29907e" : "#0b6e5f",
      colorError: isDark ? "#e2685c" : "#c0372c",
      colorBgBase: isDark ? "#161d1a" : "#ffffff",
      colorBgContainer: isDark ? "#121816" : "#ffffff",
      colorBgElevated: isDark ? "#1f2824" : "#ffffff",
      colorTextBase: isDark ? "#e6ece9" : "#18211e",
      colorTextDescription: isDark ? "#9daba5" : "#56625d",
      colorTextTertiary: isDark ? "#9daba5" : "#56625d",
      colorTextPlaceholder: isDark ? "#8a9a94" : "#6b7671",
      colorBorder: isDark ? "#35413c" : "#d5d3cb",
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", fontWeight: 500 },
      Tooltip: { colorBgSpotlight: isDark ? "#2c3834" : "#22302b" },
    },
  };
}
