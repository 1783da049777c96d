import type { EChartsOption } from 'echarts';
import { Markup } from './markup.js';

/** Draws a picture of a size in px. */
export type Draw = (width: number, height: number, option: EChartsOption) => Markup;

/** Loads ECharts, which takes a moment: only where a page is written. */
export async function loadDraw(): Promise<Draw> {
  const { init } = await import('echarts/dist/echarts.esm.min.mjs');
  return (width, height, option) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
    try {
      chart.setOption({ animation: false, ...option });
      return new Markup(plainSvg(chart.renderToSVGString()));
    } finally {
      chart.dispose();
    }
  };
}

/**
 * The drawing alone. Styles within it would be refused by the page's own security policy, and what is there for
 * moving pictures is of no use. The page says what the picture is of, so a screen reader passes over it.
 */
function plainSvg(svg: string): string {
  return svg
    .replace(/<style[^]*?<\/style>/g, '')
    .replace(/ (?:style|class|pointer-events|ecmeta_\w+|xmlns:xlink|version|baseProfile)="[^"]*"/g, '')
    .replace(/(\d+\.\d{2})\d+/g, '$1')
    .replace('<svg ', '<svg aria-hidden="true" focusable="false" ');
}
