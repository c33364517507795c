/** A style sheet imported by a script arrives as its minified text. */
declare module "*.css" {
  const text: string;
  export default text;
}
