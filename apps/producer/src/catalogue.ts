import type { Random } from './random.ts';
import { pickInteger } from './random.ts';

/** A product of the shop. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  /** In the shop's currency, with two decimals. */
  readonly price: number;
}

const shelves = [
  ['kitchen', 12, 180, ['Kettle', 'Toaster', 'Chef knife', 'Frying pan', 'Coffee grinder', 'Cutting board']],
  ['outdoor', 15, 420, ['Tent', 'Sleeping bag', 'Hiking boots', 'Head torch', 'Backpack', 'Camping stove']],
  ['books', 6, 45, ['Atlas', 'Cookbook', 'Field guide', 'Novel', 'Dictionary', 'Biography']],
  ['audio', 20, 650, ['Headphones', 'Turntable', 'Speaker', 'Microphone', 'Amplifier', 'Radio']],
  ['garden', 5, 130, ['Watering can', 'Secateurs', 'Rake', 'Raised bed', 'Compost bin', 'Bird table']],
] as const;

const makers = ['Arden', 'Borealis', 'Corvid', 'Delft', 'Elmwood', 'Fjord', 'Granit', 'Halden'] as const;

/** The products of the shop: every kind by every maker, in the price range of its category. */
export function createCatalogue(random: Random): readonly Product[] {
  return shelves.flatMap(([category, cheapest, dearest, kinds]) =>
    kinds.flatMap((kind) =>
      makers.map((maker) => ({
        id: `${category}-${kind}-${maker}`.toLowerCase().replaceAll(' ', '-'),
        name: `${maker} ${kind}`,
        category,
        price: pickInteger(random, cheapest, dearest) - 0.01,
      })),
    ),
  );
}
