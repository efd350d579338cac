import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { expose } from "../kit/diagnostics";
import { watchForCalls } from "./attention";
import { attend, stats, useSession } from "./desk";
import { Desktop } from "./Desktop";
import { SignIn } from "./SignIn";

export default function AgentPage() {
  const { t } = useTranslation();
  const signedIn = useSession((session) => session.me !== null);
  useEffect(() => {
    expose(stats);
    return attend();
  }, []);
  useEffect(() => watchForCalls(t), [t]);
  return signedIn ? <Desktop /> : <SignIn />;
}
