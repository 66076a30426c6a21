// The layout of every matrix that is multiplied: weights, and K and V in their pages.
//
// Sixteen rows are interleaved into a panel, so that a kernel keeps sixteen outputs in the lanes of
// a register, needs no sum across lanes, and reads memory as one stream. A panel is a sequence of
// 64-byte lines; a line holds, of each of its 16 rows, 4 bytes: one float32 or two bf16.
//
//   float32   line c:  row 0        row 1        ...  row 15          one column c
//                      |--- 4 B ---|--- 4 B ---|     |--- 4 B ---|
//   bf16      line p:  row 0        row 1        ...  row 15          columns 2p and 2p + 1
//                      |2p  |2p+1  |2p  |2p+1  |     |2p  |2p+1  |
//
//   int8      line q:  row 0                     row 1              ...  row 15
//                      |4q  |4q+1|4q+2|4q+3|     |4q  |4q+1|...|         columns 4q .. 4q + 3
//
//   matrix:   panel 0 (rows 0-15): line 0, line 1, ... | panel 1 (rows 16-31): ... | ...
//
// An int8 weight w of scale s stands for w * s and is stored as w + 128, without a sign, as the
// instructions for it want. A group of 256 columns of a row shares a scale; a line of float32
// scales comes before the 64 lines of a group:
//
//   int8 panel:   scales of group 0 | lines 0 .. 63 | scales of group 1 | lines 64 ...
//
// An int4 weight q from 0 to 15 stands for (q - 8) * factor * scale. A group of 256 columns of a
// row shares the scale, a part of 32 of them a factor from -15 to 15: 4.25 bits a weight. Two lines
// of both come before the 32 lines of the group; a line's byte has two columns:
//
//   int4 heads:          row 0                                row 1 ...
//                        |scale, 12 bits|k0|k1|k2|k3, 5 bits| |scale ...      low bits first
//                        |the same scale|k4|k5|k6|k7        | |...
//   int4      line l:    row 0                                     row 1 ...
//                        |8l, 8l+4|8l+1, 8l+5|8l+2, 8l+6|8l+3, 8l+7|
//                        the first in the low four bits
//
// The scale is a positive float32 without its sign and its last 19 bits, a factor is in two's
// complement.
//
// What is rounded to int8 and int4 is not a group's columns but their rotation (hadamard.h).
//
// Rows and columns are padded with zeros to whole lines, groups and panels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lemma::kernels {

enum class WeightFormat { kF32, kBf16, kInt8, kInt4 };
inline constexpr int kWeightFormatCount = 4;

inline constexpr int64_t kPanelRows = 16;
inline constexpr int64_t kLineBytes = 64;

inline constexpr int64_t kGroupColumns = 256;  // that share a scale: weights and activations

inline constexpr int64_t kInt8GroupLines = kGroupColumns / 4;
inline constexpr int64_t kInt8GroupBytes = (1 + kInt8GroupLines) * kLineBytes;

inline constexpr int64_t kInt4PartColumns = 32;
inline constexpr int64_t kInt4PartLines = kInt4PartColumns / 8;
inline constexpr int64_t kInt4Parts = kGroupColumns / kInt4PartColumns;
inline constexpr int64_t kInt4HeadParts = 4;  // whose factors are in one line
inline constexpr int64_t kInt4HeadLines = kInt4Parts / kInt4HeadParts;
inline constexpr int64_t kInt4GroupLines = kInt4HeadLines + kInt4Parts * kInt4PartLines;
inline constexpr int64_t kInt4GroupBytes = kInt4GroupLines * kLineBytes;

// The functions below are static: they are also compiled with wider instruction sets than the
// program's, and the linker must not merge those copies with the others.

static inline int64_t ColumnsPerLine(WeightFormat format) {
  constexpr int64_t kColumns[kWeightFormatCount] = {1, 2, 4, 8};
  return kColumns[static_cast<int>(format)];
}

static inline int64_t DivideUp(int64_t n, int64_t by) { return (n + by - 1) / by; }

static inline int64_t PanelBytes(WeightFormat format, int64_t cols) {
  if (format == WeightFormat::kInt8) return DivideUp(cols, kGroupColumns) * kInt8GroupBytes;
  if (format == WeightFormat::kInt4) return DivideUp(cols, kGroupColumns) * kInt4GroupBytes;
  return DivideUp(cols, ColumnsPerLine(format)) * kLineBytes;
}

static inline int64_t MatrixBytes(WeightFormat format, int64_t rows, int64_t cols) {
  return DivideUp(rows, kPanelRows) * PanelBytes(format, cols);
}

// Where the element (row, col) of a matrix of T (float, or uint16_t for bf16) is, counted in Ts.
// int8: quantize.h.
template <typename T>
static inline int64_t PanelIndex(int64_t row, int64_t col, int64_t cols) {
  constexpr int64_t kColumns = 4 / static_cast<int64_t>(sizeof(T));
  const int64_t line = row / kPanelRows * DivideUp(cols, kColumns) + col / kColumns;
  return (line * kPanelRows + row % kPanelRows) * kColumns + col % kColumns;
}

// Puts one row into a matrix whose padding is zero already, a word of a line at a time.
template <typename T>
static inline void PackRow(const T* values, int64_t cols, int64_t row, T* matrix) {
  constexpr int64_t kColumns = 4 / static_cast<int64_t>(sizeof(T));
  T* word = matrix + PanelIndex<T>(row, 0, cols);
  int64_t col = 0;
  for (; col + kColumns <= cols; col += kColumns, word += kPanelRows * kColumns) {
    std::memcpy(word, values + col, 4);
  }
  for (; col < cols; ++col) *word++ = values[col];
}

// The inverse.
template <typename T>
static inline void UnpackRow(const T* matrix, int64_t cols, int64_t row, T* values) {
  for (int64_t col = 0; col < cols; ++col) values[col] = matrix[PanelIndex<T>(row, col, cols)];
}

}  // namespace lemma::kernels
