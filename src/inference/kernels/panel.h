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
//   matrix:   panel 0 (rows 0-15): line 0, line 1, ... | panel 1 (rows 16-31): ... | ...
//
// Rows and columns are padded with zeros to whole lines and panels. Smaller formats (int8: four
// columns in a line, int4: eight) follow the same scheme.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lemma::kernels {

enum class WeightFormat { kF32, kBf16 };
inline constexpr int kWeightFormatCount = 2;

inline constexpr int64_t kPanelRows = 16;
inline constexpr int64_t kLineBytes = 64;

// The functions below are static: they are also compiled with wider instruction sets than the
// program's, and the linker must not merge those copies with the others.

static inline int64_t ColumnsPerLine(WeightFormat format) {
  return format == WeightFormat::kF32 ? 1 : 2;
}

static inline int64_t DivideUp(int64_t n, int64_t by) { return (n + by - 1) / by; }

static inline int64_t PanelBytes(WeightFormat format, int64_t cols) {
  return DivideUp(cols, ColumnsPerLine(format)) * kLineBytes;
}

static inline int64_t MatrixBytes(WeightFormat format, int64_t rows, int64_t cols) {
  return DivideUp(rows, kPanelRows) * PanelBytes(format, cols);
}

// Where the element (row, col) of a matrix of T (float, or uint16_t for bf16) is, counted in Ts.
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
