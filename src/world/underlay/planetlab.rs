//! Quantiles of the round-trip times between PlanetLab nodes, embedded.
//!
//! Derived from the matrix `PlanetLabData_1` (490 nodes; Zhu, Liu, Fu et al., "Network latency estimation for personal
//! devices: a matrix completion approach", IEEE/ACM Transactions on Networking 25(2), 2017) as follows: take the
//! 119,805 entries below the diagonal in whole microseconds, ascending; knot i of 256 is their quantile i/256,
//! interpolated linearly between the order statistics around place i·119,804/256 and rounded, in whole numbers
//! throughout. The last knot alone is not the maximum (2,984,100): a straight line up to it would add 2 % to the mean.
//! It is placed so that the last 256th keeps its mean. The test `the_table_is_that_of_the_file` does it all again.
//!
//! The data come under this licence:
//!
//! > MIT License
//! >
//! > Copyright (c) 2016 uofa-rzhu3
//! >
//! > Permission is hereby granted, free of charge, to any person obtaining a copy
//! > of this software and associated documentation files (the "Software"), to deal
//! > in the Software without restriction, including without limitation the rights
//! > to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
//! > copies of the Software, and to permit persons to whom the Software is
//! > furnished to do so, subject to the following conditions:
//! >
//! > The above copyright notice and this permission notice shall be included in all
//! > copies or substantial portions of the Software.
//! >
//! > THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
//! > IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
//! > FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
//! > AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
//! > LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
//! > OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
//! > SOFTWARE.

/// Round-trip times in microseconds at the probabilities 0, 1/256, …, 1.
#[rustfmt::skip]
pub(in crate::world) const RTT_US: [u32; 257] = [
    86, 1_526, 4_649, 7_192, 9_088, 10_595, 11_871, 13_184, 14_268, 15_500,
    16_627, 17_692, 18_607, 19_476, 20_465, 21_596, 22_892, 23_908, 25_028, 26_188,
    27_260, 28_384, 29_027, 29_869, 30_506, 31_227, 31_933, 32_573, 33_300, 34_073,
    34_751, 35_538, 36_205, 36_894, 37_581, 38_143, 38_794, 39_493, 40_085, 40_735,
    41_328, 42_070, 42_758, 43_440, 44_239, 44_975, 45_586, 46_198, 46_904, 47_688,
    48_328, 49_016, 49_722, 50_419, 51_140, 51_871, 52_567, 53_288, 54_116, 54_966,
    55_672, 56_497, 57_318, 58_177, 59_278, 60_397, 61_252, 62_142, 63_328, 64_553,
    65_839, 67_067, 68_748, 70_245, 71_551, 72_756, 73_873, 75_239, 76_688, 77_924,
    79_003, 80_392, 81_861, 83_181, 84_506, 86_167, 87_585, 88_885, 90_360, 91_737,
    93_154, 94_147, 95_430, 96_874, 98_527, 99_779, 100_785, 102_030, 103_330, 104_500,
    105_720, 106_954, 107_940, 109_160, 110_210, 111_420, 112_480, 113_503, 114_470, 115_680,
    116_760, 117_830, 118_890, 119_850, 120_750, 121_740, 122_732, 123_712, 124_742, 125_811,
    126_700, 127_710, 128_720, 129_710, 130_771, 131_760, 132_800, 134_040, 135_010, 136_030,
    137_100, 138_180, 139_260, 140_280, 141_390, 142_410, 143_420, 144_339, 145_310, 146_240,
    147_280, 148_190, 149_220, 150_030, 151_150, 152_337, 153_460, 154_640, 155_660, 156_610,
    157_620, 158_700, 159_580, 160_380, 161_430, 162_290, 163_310, 164_390, 165_515, 166_530,
    167_720, 168_780, 169_840, 170_790, 171_754, 172_810, 173_930, 175_064, 176_170, 177_400,
    178_393, 179_490, 180_623, 181_800, 182_963, 184_070, 185_120, 186_070, 186_960, 188_002,
    189_102, 190_120, 191_080, 192_090, 192_931, 193_870, 194_861, 195_930, 196_910, 197_890,
    199_130, 200_340, 201_760, 203_080, 204_530, 205_640, 206_750, 208_000, 209_449, 211_319,
    212_710, 214_260, 215_740, 217_660, 219_248, 220_890, 222_690, 224_590, 226_220, 227_870,
    229_870, 231_847, 233_820, 236_430, 239_180, 241_570, 244_566, 247_376, 250_300, 252_940,
    256_060, 259_265, 262_405, 265_565, 268_740, 272_190, 275_945, 279_945, 283_550, 286_730,
    289_484, 292_480, 295_234, 297_694, 299_943, 302_350, 304_823, 307_070, 309_680, 312_363,
    315_445, 318_210, 321_070, 324_364, 327_940, 332_052, 336_412, 341_700, 347_691, 354_122,
    362_852, 372_272, 384_023, 403_804, 442_121, 531_411, 1_229_894,
];
