/** What every page has. */

import "./browser.js";
import "./copy.js";
import "./print.js";
