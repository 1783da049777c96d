/** Our own limit on calls: at most `calls` in any stretch of `seconds`. */
export interface Rate {
  readonly calls: number;
  readonly seconds: number;
}
