import { useTranslation } from "react-i18next";
import { inLanguage } from "../kit/format";
import type { Notice } from "./state";

/** A notice in words. What a site says comes in both languages. */
export function NoticeText({ notice }: { readonly notice: Notice }) {
  const { t, i18n } = useTranslation();
  switch (notice.kind) {
    case "refused":
      return <>{inLanguage(i18n.language, notice.refused.zh, notice.refused.en)}</>;
    case "going_in_circles":
      return <>{t("signIn.circles")}</>;
    case "microphone":
      return <>{t(`microphone.${notice.reason}`)}</>;
    case "offer_over": {
      const known = ["rona", "declined", "failed", "caller_gone"] as const;
      return <>{t(`outcome.${known.find((outcome) => outcome === notice.outcome) ?? "other"}`)}</>;
    }
  }
}
