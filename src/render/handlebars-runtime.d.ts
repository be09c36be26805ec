/** What runs compiled templates, without the compiler: its own types export nothing. */
declare module 'handlebars/runtime.js' {
  import Handlebars from 'handlebars';
  export default Handlebars;
}
