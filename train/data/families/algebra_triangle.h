// The triangles of plane geometry; the family itself is in algebra_geometry.cc.
#pragma once

#include <vector>

#include "train/data/families.h"

namespace lemma::train {

// Area, third angle, and the missing side of a right triangle.
const std::vector<MathFamily::Writer>& TriangleWriters();

}  // namespace lemma::train
