import { useEffect } from "react";
import { expose } from "../kit/diagnostics";
import { watchForCalls } from "./attention";
import { attend, stats, useSession } from "./desk";
import { Desktop } from "./Desktop";
import { SignIn } from "./SignIn";

// For as long as the window is open: who goes to another of its pages is signed in all the same, is offered calls, and may be talking.
attend();
watchForCalls();

export default function AgentPage() {
  const signedIn = useSession((session) => session.me !== null);
  useEffect(() => expose(stats), []);
  return signedIn ? <Desktop /> : <SignIn />;
}
