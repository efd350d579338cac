import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import { Component, type ReactNode, Suspense, lazy, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, Route, Switch } from "wouter";
import { Frame } from "./Frame";
import { Landing } from "./Landing";
import styles from "./App.module.css";
import { themeFor, useMode } from "./theme";

const AgentPage = lazy(() => import("../agent/AgentPage"));
const WebPhonePage = lazy(() => import("../webphone/WebPhonePage"));

const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 2_000 } } });

export function App() {
  const { mode } = useMode();
  useEffect(() => {
    document.documentElement.dataset.mode = mode;
  }, [mode]);
  return (
    <Crash>
      <ConfigProvider theme={themeFor(mode)} button={{ autoInsertSpace: false }}>
        <QueryClientProvider client={queries}>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/" component={Landing} />
              <Route path="/agent" component={AgentPage} />
              <Route path="/phone" component={WebPhonePage} />
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </QueryClientProvider>
      </ConfigProvider>
    </Crash>
  );
}

function Loading() {
  const { t } = useTranslation();
  return <div className={styles.middle} role="status"><span className="visually-hidden">{t("app.loading")}</span></div>;
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <Frame>
      <div className={styles.middle}>
        <h1>{t("app.notFound")}</h1>
        <Link href="/">{t("app.home")}</Link>
      </div>
    </Frame>
  );
}

/** Whatever goes wrong while drawing, the person can reload and say what it was. */
class Crash extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Crashed error={this.state.error} /> : this.props.children;
  }
}

function Crashed({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  return (
    <div className={styles.middle} role="alert">
      <h1>{t("app.crashed")}</h1>
      <p>{t("app.crashedText")}</p>
      <code>{String(error).slice(0, 300)}</code>
      <button type="button" onClick={() => location.reload()}>{t("app.reload")}</button>
    </div>
  );
}
