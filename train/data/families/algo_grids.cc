// Graphs and grids: shortest-path, count-islands.
#include <algorithm>
#include <map>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- shortest-path ----

// Relaxes all edges until nothing changes.
Case Path(const Grid& graph, int64_t start, int64_t goal) {
  const int64_t far = std::ssize(graph);
  Ints distance(graph.size(), far);
  distance[static_cast<size_t>(start)] = 0;
  for (size_t round = 0; round < graph.size(); ++round) {
    for (size_t node = 0; node < graph.size(); ++node) {
      for (const int64_t other : graph[node]) {
        int64_t& known = distance[static_cast<size_t>(other)];
        known = std::min(known, distance[node] + 1);
      }
    }
  }
  const int64_t found = distance[static_cast<size_t>(goal)];
  return {{graph, start, goal}, found >= far ? -1 : found};
}

Case DrawPath(Rng& rng, int, int64_t size) {
  Grid graph(static_cast<size_t>(size));
  for (int64_t edge = 0; edge < size + 1; ++edge) {
    const int64_t from = rng.Int(0, size - 1), to = rng.Int(0, size - 1);
    Ints& out = graph[static_cast<size_t>(from)];
    if (from != to && std::ranges::count(out, to) == 0) out.push_back(to);
  }
  const int64_t start = rng.Int(0, size - 1);
  return Path(graph, start, (start + rng.Int(1, size - 1)) % size);
}

std::string TracePath(const Values& arguments, int) {
  const Grid& graph = std::get<Grid>(arguments[0]);
  const int64_t goal = std::get<int64_t>(arguments[2]);
  std::map<int64_t, int64_t> distance = {{std::get<int64_t>(arguments[1]), 0}};
  Ints queue = {distance.begin()->first};
  std::string out;
  for (size_t head = 0; head < queue.size(); ++head) {
    const int64_t node = queue[head];
    out += (out.empty() ? "node " : "; node ") + std::to_string(node) + " distance " +
           std::to_string(distance[node]);
    if (node == goal) break;
    for (const int64_t other : graph[static_cast<size_t>(node)]) {
      if (distance.emplace(other, distance[node] + 1).second) queue.push_back(other);
    }
  }
  return out;
}

Telling PathEnglish() {
  return {
      .tasks = {"returns the length of [the|a] shortest path from $b to $c in the unweighted graph "
                "$a, or -1",
                "computes by BFS how many edges the shortest path from $b to $c in $a has, or -1 "
                "if [there is none|none exists]",
                "takes an adjacency list, a start and a goal and returns the shortest distance[| "
                "between them], or -1",
                "[runs|does|performs] a breadth-first search in $a [from|starting at] $b and "
                "[returns|gives] the distance to $c, or -1",
                "[gives|finds] the [fewest|minimum number of|least number of] steps from node $b "
                "to node $c in the [graph|network] $a, or -1[| if there is no way]",
                "tells how many [hops|steps|edges] $c is away from $b in the [unweighted "
                "graph|network] $a, or -1 if [it cannot be reached|they are not connected]",
                "follows the edges of $a from $b and [counts|returns] how few one must [take|use] "
                "to get to $c, or -1",
                "[says|reports] how far node $c is from node $b in $a (every edge counts 1), or -1 "
                "if no edges lead there",
                "starts at $b, [moves along|follows] the edges of the network $a and returns the "
                "fewest hops that lead to $c, or -1"},
      .tasks_held_out = {"gives the least number of edges one must follow in $a to get from $b to "
                         "$c, or -1"},
      .statements =
          {"Given an unweighted graph $a as an adjacency list ($a[i] lists the neighbours of node "
           "i), return the number of edges on a shortest path from $b to $c, or -1.",
           "Implement BFS: return the shortest distance between two nodes of an unweighted graph "
           "given as [an adjacency list|lists of neighbours], or -1.",
           "Find the [shortest path length|smallest number of edges] from $b to $c in the graph $a "
           "with breadth-first search. Return -1 if $c cannot be reached.",
           "$a[i] holds the neighbours of node i. How many edges is $c away from $b? "
           "[Return|Answer] -1 if there is no path.",
           "Use [breadth-first search|BFS|a queue] to get the distance from $b to $c in $a (-1 if "
           "unreachable).",
           "Shortest path in an unweighted [graph|network]: adjacency list $a, from $b to $c. "
           "Return the distance or -1.",
           "How few [edges|steps|hops] are enough to get from $b to $c in the graph $a? "
           "[Answer|Return] -1 if [they are not connected|no path leads there].",
           "[A walker|A robot] is at node $b of the network $a. What is the [minimum|least] number "
           "of [steps|hops] to node $c? [Give|Return] -1 if there is no way.",
           "[Graph|Network] $a (lists of neighbours), start $b, goal $c: [shortest "
           "distance?|fewest edges?] -1 if [unreachable|not connected].",
           "Find the shortest way that leads from $b to $c in $a and [return|give] the number of "
           "its edges, or -1 if none does.",
           "Suppose one starts at $b and each [step|hop] goes to a neighbour listed in $a. How few "
           "of them lead to $c? Answer -1 if none do."},
      .statements_held_out =
          {"In a network $a (lists of neighbours), what is the minimum number of "
           "hops from $b to $c? Answer -1 if they are not connected.",
           "Starting at node $b of the graph $a, how few edges lead to node $c? "
           "Return -1 if none do."},
      .thinking =
          "Shortest path from $b to $c, all edges count 1: BFS. It visits nodes in order of "
          "distance, so the first time a node is seen its distance is final. Keep distance "
          "as a dictionary, which marks the visited nodes too, and a queue. $b = $c gives "
          "0; an empty queue means -1. Time O(nodes + edges).",
      .steps =
          "1. Put $b into the queue with distance 0.\n2. Take a node; if it is $c, return its "
          "distance.\n3. Give each new neighbour distance + 1 and queue it; return -1 at the "
          "end."};
}

Telling PathChinese() {
  return {
      .tasks =
          {"[返回|求出]无权图 $a 中从 $b 到 $c 的最短路径长度, [不可达|走不到]返回 -1",
           "用 BFS [计算|求] $a 中从 $b 到 $c 的最短路径的边数, 不存在则[返回|为] -1",
           "给定[邻接表|邻居列表]、起点和终点, 返回最短距离, [不可达|不连通]返回 -1",
           "在 $a 中从 $b 开始[广度优先搜索|做 BFS], 返回到 $c 的距离, [不可达|到不了]返回 -1",
           "求从节点 $b 到节点 $c 最少[走几步|经过几条边], 图为邻接表 $a, 不连通返回 -1",
           "[给出|返回] $c 在[图|网络] $a 里离起点 $b [几条边|多少步], [走不到|没有路径]则为 -1",
           "求从 $b [走|跳]到 $c 的最少步数, [网络|图] $a 由邻居列表给出, 走不到为 -1",
           "[算出|给出]沿图 $a 的边从 $b 出发最快几步[到达|走到] $c, 无路则返回 -1",
           "用[队列|广度优先搜索]求起点 $b 到终点 $c 在网络 $a 上的最少[跳数|边数], 到不了为 -1"},
      .tasks_held_out = {"给出在 $a 中从 $b 走到 $c 最少经过的边数, 走不到则为 -1"},
      .statements =
          {"给定用[邻接表|邻居列表]表示的无权图 $a($a[i] 是节点 i 的邻居), 返回从 $b 到 $c "
           "的最短路径的边数, 不可达返回 -1。",
           "实现广度优先搜索: 求无权图(邻接表)中两点间的最短距离, [不可达|不连通]返回 -1。",
           "用 BFS 求[图|网络] $a 中从 $b 到 $c 的最短路径长度, [无法到达|走不到]时返回 -1。",
           "$a[i] 是节点 i 的邻居列表, $c 离 $b 有几条边? [没有路径|不连通]则返回 -1。",
           "请用[广度优先搜索|队列| BFS ]求 $a 中从 $b 到 $c 的距离(不可达为 -1)。",
           "无权图最短路: 邻接表 $a, 从 $b 到 $c, 返回[距离|边数]或 -1。",
           "从 $b [走到|到达] $c 至少要[走几步|跳几次|走几条边]? 图 $a 是邻接表, "
           "走不到[则返回|返回] -1。",
           "[邻接表|网络] $a, 起点 $b, 终点 $c: 最[短距离|少步数]是多少? [不连通|无路可走]则返回 "
           "-1。",
           "[某人|机器人]在网络 $a 的节点 $b, 每次[跳|走]到一个邻居, 最少几次到 $c? "
           "[到不了|走不到]返回 -1。",
           "[求出|给出]在图 $a 里从 $b 出发到达 $c 所[经过|走]的最少边数, 不可达为 -1。",
           "从节点 $b 出发, 沿着 $a 的边[一步步走|走], 最少[几步|几跳]能到 $c? 走不到就返回 -1。"},
      .statements_held_out = {"网络 $a 由邻居列表给出, 从 $b 到 $c 最少跳几次? 不连通则返回 -1。",
                              "从图 $a 的节点 $b 出发, 最少走几条边到节点 $c? 走不到返回 -1。"},
      .thinking =
          "求从 $b 到 $c 的最短路径, 每条边长 1, 用 BFS。它按距离从近到远访问节点, 所以第一次"
          "见到一个节点时距离就确定了。用字典 distance 记录距离, 同时标记访问过的节点, 再用一个"
          "队列。$b = $c 时为 0; 队列空了说明不可达, 返回 -1。时间 O(点数 + 边数)。",
      .steps =
          "1. 把 $b 放入队列, 距离为 0。\n2. 取出一个节点, 若是 $c 就返回它的距离。\n3. "
          "每个新邻居距离加 1 并入队; 最后返回 -1。"};
}

constexpr std::string_view kPathPython = R"(
from collections import deque

def $f($a, $b, $c):
    distance = {$b: 0}
    queue = deque([$b])
    while queue:
        node = queue.popleft()
        if node == $c:
            return distance[node]
        for other in $a[node]:
            if other not in distance:
                distance[other] = distance[node] + 1
                queue.append(other)
    return -1
)";

AlgorithmSpec PathSpec() {
  return {.name = "shortest-path",
          .description = "the shortest distance in an unweighted graph, by breadth-first search",
          .arguments = {{"graph", "adj", "neighbors", "edges", "links", "g"},
                        {"start", "source", "src", "begin", "s", "u"},
                        {"goal", "target", "dest", "end", "t", "v"}},
          .variants = {{.function = "shortest_path",
                        .synonyms = {"bfs", "bfs_distance", "path_length", "min_edges",
                                     "graph_distance", "fewest_edges"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = PathEnglish(),
          .chinese = PathChinese(),
          .python = kPathPython,
          .edges =
              [](int) {
                return std::vector<Case>{Path({{1, 2}, {3}, {3}, {}}, 0, 3), Path({{}}, 0, 0),
                                         Path({{}, {0}}, 0, 1), Path({{1}, {2}, {0}}, 2, 1)};
              },
          .draw = DrawPath,
          .trace = TracePath};
}

// ---- count-islands ----

// Spreads the smallest label over each island until nothing changes, then counts the labels.
Case Islands(const Grid& grid) {
  const size_t columns = grid[0].size();
  Grid label = grid;
  for (size_t i = 0; i < grid.size() * columns; ++i) {
    if (grid[i / columns][i % columns] == 1) {
      label[i / columns][i % columns] = static_cast<int64_t>(i) + 1;
    }
  }
  const auto spread = [](int64_t& p, int64_t& q) {
    if (p != 0 && q != 0) p = q = std::min(p, q);
  };
  for (size_t round = 0; round < grid.size() * columns; ++round) {
    for (size_t r = 0; r < grid.size(); ++r) {
      for (size_t c = 0; c < columns; ++c) {
        if (r > 0) spread(label[r - 1][c], label[r][c]);
        if (c > 0) spread(label[r][c - 1], label[r][c]);
      }
    }
  }
  int64_t islands = 0;
  for (size_t i = 0; i < grid.size() * columns; ++i) {
    islands += label[i / columns][i % columns] == static_cast<int64_t>(i) + 1;
  }
  return {{grid}, islands};
}

void Sink(Grid& grid, size_t r, size_t c) {
  if (r >= grid.size() || c >= grid[0].size() || grid[r][c] != 1) return;
  grid[r][c] = 0;
  Sink(grid, r + 1, c);
  Sink(grid, r - 1, c);
  Sink(grid, r, c + 1);
  Sink(grid, r, c - 1);
}

std::string TraceIslands(const Values& arguments, int) {
  Grid grid = std::get<Grid>(arguments[0]);
  std::string out;
  int count = 0;
  for (size_t r = 0; r < grid.size(); ++r) {
    for (size_t c = 0; c < grid[0].size(); ++c) {
      if (grid[r][c] != 1) continue;
      Sink(grid, r, c);
      out += (out.empty() ? "(" : "; (") + std::to_string(r) + ", " + std::to_string(c) +
             ") count=" + std::to_string(++count);
    }
  }
  return out.empty() ? "count=0" : out;
}

Telling IslandsEnglish() {
  return {
      .tasks = {"returns the number of islands in $a, a grid of 1 (land) and 0 (water)",
                "counts the islands of the 0/1 grid $a",
                "counts the connected groups of 1s in the grid $a",
                "takes a grid of 0 and 1 and returns how many islands it holds",
                "works out the number of [connected|separate] pieces of land in the [map|grid] $a, "
                "where land is 1",
                "says how many [separate regions|connected components|groups] of cells with 1 "
                "there are in $a",
                "[tells|determines] how many islands a [map|table] shows in which 1 [means|marks] "
                "land and 0 sea",
                "[uses|does a] flood fill on the [binary matrix|0/1 grid] $a and gives the number "
                "of [islands|pieces of land]",
                "receives a [binary matrix|map of 0 and 1] $a and reports how many 4-connected "
                "[components|regions] of ones it [has|contains]",
                "finds the number of [patches|clusters] of 1s in $a (cells touch [vertically or "
                "horizontally|at a side])"},
      .tasks_held_out = {"tells how many separate pieces of land (cells with 1) the grid $a "
                         "shows"},
      .statements =
          {"Given $a, a grid of 1s (land) and 0s (water), return the number of islands. Cells "
           "connect horizontally and vertically.",
           "Number of islands: count the groups of adjacent 1s in a grid.",
           "Count the islands in the matrix $a, where 1 is land and 0 is water.",
           "How many islands are there in the 2D grid $a? An island is a group of 1s connected "
           "up, down, left or right.",
           "Use flood fill to count the islands in a 0/1 grid.",
           "$a is a map of 0 and 1. Return the number of 4-connected regions of 1s.",
           "The sea is 0 and the land is 1 in the [map|grid] $a. [Count the|Return the number of] "
           "[islands|separate pieces of land].",
           "How many [connected components|separate groups] do the ones of the binary matrix $a "
           "form? Only cells that share a side are connected.",
           "Suppose 1 [is|marks] land and 0 [is|marks] [sea|water] in the table $a. Give the "
           "number of islands it [holds|shows].",
           "[A pilot|A bird] sees land (1) and sea (0) as in the map $a. How many "
           "[different|separate] islands are there?",
           "[Binary matrix|0/1 grid|Map] $a: [what is the number of|how many] [4-connected groups "
           "of ones|islands]?",
           "In the [picture|board] $a, ones that touch [horizontally or vertically|at a side] "
           "belong together. Find the number of such groups."},
      .statements_held_out = {"A map $a marks land with 1 and sea with 0. How many islands does "
                              "it show?",
                              "Find the number of 4-connected components of ones in the binary "
                              "matrix $a."},
      .thinking =
          "Count the islands in $a. Look at every cell; a 1 that is still there starts "
          "a new island. Then fill sinks the whole island: it sets the cell to 0 and "
          "goes on to the four neighbours; outside the grid or at a 0 it stops. So "
          "every island is counted once. No land gives 0. Time O(rows * columns).",
      .steps =
          "1. Write fill(r, c), which sinks an island by recursion.\n2. Scan all cells; at "
          "each 1 add 1 to the count and call fill.\n3. Return the count."};
}

Telling IslandsChinese() {
  return {
      .tasks = {"返回由 1(陆地)和 0(水)组成的网格 $a 中岛屿的数量", "统计 0/1 网格 $a 中的岛屿个数",
                "统计网格 $a 中相连的 1 有多少组", "给定由 0 和 1 组成的网格, 返回岛屿数量",
                "求地图 $a 上[互不相连|彼此分开]的陆地块数, [1 表示陆地|值为 1 的是陆地]",
                "数一数 $a 中的 1 [分成|连成]几块, 上下左右[相邻|相连]算同一块",
                "[算出|给出][二值矩阵|0/1 矩阵] $a 中 1 的[连通块|四连通区域]的[个数|数量]",
                "[数出|求出] 1 为陆地、0 为海洋的地图 $a 里一共有[几个|多少个]岛",
                "[用深度优先搜索|用 flood fill ]求[网格|矩阵] $a 里岛屿的[总数|个数]",
                "接收 0 和 1 组成的[表格|地图] $a, 返回值为 1 的[连通分量|连通块]的数目"},
      .tasks_held_out = {"数出网格 $a 里彼此分开的陆地(值为 1)有几块"},
      .statements =
          {"给定由 1(陆地)和 0(水)组成的网格 $a, 返回岛屿的数量, "
           "格子上下左右相连。",
           "岛屿数量: 统计网格中相邻的 1 组成多少块。",
           "计算矩阵 $a 中的岛屿个数, 1 是陆地, 0 是水。",
           "二维网格 $a 中有多少个岛屿? 岛屿由上下左右相连的 1 组成。",
           "用 flood fill 统计 0/1 网格中的岛屿数量。",
           "$a 是由 0 和 1 组成的地图, 返回四连通的 1 的区域个数。",
           "[海洋|水]是 0, 陆地是 1, [网格|地图] $a 里[一共|总共]有几块[分开|不相连]的陆地?",
           "矩阵 $a 只含 0 和 1, [求|返回]其中 1 的[连通分量|四连通块]的[数目|个数]。",
           "[飞机|海鸟]从空中看到地图 $a(1 表示陆地, 0 表示水), 数一数[共有|有]几个岛。",
           "[二值矩阵|0/1 网格|地图] $a: 岛屿[有几个|个数是多少]?",
           "假设[网格|表格] $a 中 1 为陆地、0 为海, 上下左右挨着的陆地属于同一个岛, 有多少个岛?",
           "在 $a 中, 值为 1 的格子若[上下左右相邻|有公共边]就属于同一块, [编程求|请求出]块数。"},
      .statements_held_out = {"地图 $a 用 1 表示陆地, 0 表示海洋, 一共有几个岛?",
                              "求二值矩阵 $a 中值为 1 的四连通分量的个数。"},
      .thinking =
          "统计 $a 中的岛屿。逐个看格子, 还存在的 1 就是一个新岛。然后用 fill 把整个岛沉掉: "
          "把格子设为 0, 再处理四个邻居; 越界或遇到 0 就停止。这样每个岛只计一次。没有陆地"
          "时为 0。时间 O(行数 * 列数)。",
      .steps =
          "1. 写 fill(r, c), 用递归把一个岛沉掉。\n2. 扫描所有格子, 遇到 1 就计数加 1 并调用 "
          "fill。\n3. 返回计数。"};
}

constexpr std::string_view kIslandsPython = R"(
def $f($a):
    def fill(r, c):
        if 0 <= r < len($a) and 0 <= c < len($a[0]) and $a[r][c] == 1:
            $a[r][c] = 0
            fill(r + 1, c)
            fill(r - 1, c)
            fill(r, c + 1)
            fill(r, c - 1)

    count = 0
    for r in range(len($a)):
        for c in range(len($a[0])):
            if $a[r][c] == 1:
                count += 1
                fill(r, c)
    return count
)";

AlgorithmSpec IslandsSpec() {
  return {.name = "count-islands",
          .description = "the number of 4-connected groups of 1 in a grid, by flood fill",
          .arguments = {{"grid", "matrix", "board", "cells", "map", "area", "g"}},
          .variants = {{.function = "count_islands",
                        .synonyms = {"num_islands", "islands", "island_count", "number_of_islands",
                                     "count_regions", "land_groups"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = IslandsEnglish(),
          .chinese = IslandsChinese(),
          .python = kIslandsPython,
          .edges =
              [](int) {
                return std::vector<Case>{Islands({{0}}), Islands({{1}}),
                                         Islands({{1, 0, 1}, {0, 1, 0}, {1, 0, 1}}),
                                         Islands({{1, 1, 0}, {1, 0, 0}, {0, 0, 1}}),
                                         Islands({{1, 1, 1}, {1, 0, 1}, {1, 1, 1}})};
              },
          .draw = [](Rng& rng, int,
                     int64_t size) { return Islands(DrawGrid(rng, size / 2, 1 + size / 2, 0, 1)); },
          .trace = TraceIslands};
}

}  // namespace

std::span<const AlgorithmFamily> GridFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(PathSpec()),
                                             AlgorithmFamily(IslandsSpec())};
  return families;
}

}  // namespace lemma::train
