/** Themes that change more than light and dark. Each adapts to the background, light or dark. */

import forest from "./styles/looks/forest.css";
import ink from "./styles/looks/ink.css";
import ocean from "./styles/looks/ocean.css";
import paper from "./styles/looks/paper.css";
import rose from "./styles/looks/rose.css";
import terminal from "./styles/looks/terminal.css";

export const looks: Readonly<Record<string, string>> = { forest, ink, ocean, paper, rose, terminal };
