// The icons of the frame, beside those that the chat page has; import for its effect.

import { addIcons } from "./icons.js";

addIcons({
  inbox: ["M4 13.5 6.5 5h11L20 13.500V19H4z", "M4 13.500h4.500l1.5 2.500h4l1.5-2.500H20"],
  keyboard: ["M3 6.500h18v11H3z", "M6.5 10v.2M10 10v.2M13.9 10v.2M17.5 10v.2M8 14h8"],
  leave: ["M14 4.500H5.500v15H14", "M10.5 12H21M17.5 8.5 21 12l-3.5 3.5"],
  refresh: ["M19.5 12a7.5 7.5 0 1 1-2.2-5.300L19.5 9", "M19.5 4v5h-5"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "M16.2 16.2 20.5 20.5"],
  shield: ["M12 3.5 5 6v5.500c0 4.3 2.9 7.5 7 9 4.1-1.5 7-4.7 7-9V6z", "M9 12l2.2 2.200L15.2 10"],
});
