// A style sheet is imported for its effect; Vite puts it beside the page that needs it.
declare module '*.css';
