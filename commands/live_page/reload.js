{
  /* Follows the source: loads the page again when it is another one, and says what is found. */
  const panel = document.getElementById("_panel-of-findings");
  const { page } = document.currentScript.dataset;

  // A card that is scrolled to must not lie below the panel.
  const makeRoom = () => {
    const height = panel.offsetHeight;
    document.documentElement.style.scrollPaddingTop = height ? `calc(5.5rem + ${height}px)` : "";
  };

  const show = (html) => {
    const folded = panel.querySelector("details:not([open])");
    panel.innerHTML = html;
    const details = panel.querySelector("details");
    if (folded && details) details.open = false;
    makeRoom();
  };

  const follow = ({ data }) => {
    const next = JSON.parse(data);
    if (next.page === page) {
      if (next.panel !== panel.innerHTML) show(next.panel);
      return;
    }
    events.close();
    // Without an edited card the reader stays where they are.
    history.scrollRestoration = next.card ? "manual" : "auto";
    if (next.card) history.replaceState(null, "", `#${next.card}`);
    location.reload();
  };

  const events = new EventSource("/events");
  events.addEventListener("message", follow);
  // A page that a browser has put away must not keep its connection.
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("resize", makeRoom);
  makeRoom();
}
