"""One exchange by HTTP, whatever it carries."""
