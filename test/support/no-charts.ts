/**
 * Stands in for ECharts, which takes as long to draw the page of a run as the run of a test takes. What a page shows is
 * the subject of `test/page`, where it is drawn.
 */
export const init = () => ({
  setOption: (): void => undefined,
  renderToSVGString: (): string => '<svg ></svg>',
  dispose: (): void => undefined,
});
