#include "service/reason/choose_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace lemma::reason {
namespace {

constexpr const char* kMath[] = {
    "What is 47 * 36?",
    "Solve 3x + 5 = 20",
    "Find the derivative of the function f(x) = x^3 - 2x.",
    "Let f be a function such that f(x + y) = f(x) + f(y). Find f(2024).",
    "A function f returns the same value for x and -x. Is it even or odd?",
    "Find all functions f: R -> R with f(f(x)) = x.",
    "For the function g(x) = 2x + 1, find the inverse function.",
    "What is the greatest common divisor of 84 and 36?",
    "Use the Euclidean algorithm to find gcd(252, 105).",
    "By the division algorithm, write 47 = 6q + r.",
    "Prove that the sum of the first n odd numbers is n^2.",
    "How many 4-digit codes can be formed from the digits 1 to 6?",
    "A train leaves the station at 9 am. On the return trip it is 10 km/h slower. Find its speed.",
    "In how many ways can 8 books be arranged on a shelf?",
    "A string of length 12 m is cut into two pieces in the ratio 1:3. How long are they?",
    "Each cell of a rectangular array of dots with 20 rows and 24 columns is red or blue.",
    "What is the probability that the target is hit at least twice in five shots?",
    "Find the arithmetic mean of 3, 8, 10 and 15.",
    "How many elements does the set {1, 2, ..., 100} with the multiples of 3 removed have?",
    "How many subsets of {1, 2, 3, 4} have at least two elements?",
    "The 5th term of a sequence is 14 and the 9th is 26. What is the common difference?",
    "A shop's program gives 20% off, then another 10%. What is the total discount?",
    "Find the area of a triangle with vertices (0,0), (4,0) and (0,3).",
    "Solve the system x + y = 5, x - y = 1.",
    "Compute the determinant of the matrix [[1,2],[3,4]].",
    "What is the remainder when 2^100 is divided by 7?",
    "Maximise 3x + 2y subject to x + y <= 4: solve the linear program.",
    "How many palindromes are there between 100 and 1000?",
    "",
    "Hello",
    "求 84 和 36 的最大公约数",
    "解方程 3x + 5 = 20",
    "已知函数 f(x) = x^2 - 4x + 3, 求它的最小值。",
    "设函数 f(x) 满足 f(x+1) = f(x) + 2, 求 f(10)。",
    "证明前 n 个奇数之和等于 n^2。",
    "用欧几里得算法求 252 和 105 的最大公约数。",
    "从 5 名男生和 4 名女生中选 3 人, 有多少种选法?",
    "一辆汽车去时每小时 60 千米, 返回途中每小时 40 千米, 求平均速度。",
    "集合 {1, 2, 3} 有多少个元素?",
    "等差数列首项为 3, 公差为 4, 求第 10 项。",
    "求函数 y = sin x 在 [0, π] 上的最大值。",
    "执行如图的程序框图, 输出的 s 是多少?",
    "掷两枚骰子, 点数之和为 7 的概率是多少?",
    "一件商品打八折后是 96 元, 原价多少?",
};

constexpr const char* kAlgorithm[] = {
    "Given an array of integers nums and an integer target, return indices of the two numbers such "
    "that they add up to target.",
    "Write a function that returns the n-th Fibonacci number.",
    "Write a Python function that checks whether a number is prime.",
    "Implement quicksort in C++.",
    "Implement a stack with push, pop and min in constant time. Return -1 when it is empty.",
    "Reverse a linked list.",
    "Find the longest substring without repeating characters.",
    "What is the maximum sum of a contiguous subarray of nums? Write code.",
    "Given a list of integers, return the second largest one.",
    "0/1 knapsack: given weights w, values v and capacity c, return the maximum total value.",
    "Check if a string is a palindrome and return true or false.",
    "Given a sorted list a and a target, give the position by binary search.",
    "Merge two sorted arrays in-place.",
    "Count the islands in a grid with depth-first search.",
    "The first line of the standard input has n. Print the sum of the n numbers that follow.",
    "Write a program that reads n and prints n!.",
    "Why is this wrong?\n```python\ndef f(a):\n    return a[1]\n```",
    "Use Kadane's algorithm to find the largest sum of neighbouring elements.",
    "Design an algorithm for the Euclidean distance between two strings.",
    "Two sum: which two elements of arr sum to 9?",
    "Are the two words anagrams of each other?",
    "Find the minimum number of coins for an amount with dynamic programming in O(n * amount).",
    "Determine whether the brackets are valid parentheses.",
    "Solve LeetCode 42.",
    "给定一个整数数组 nums 和一个目标值 target, 请你在该数组中找出和为目标值的两个整数, "
    "并返回它们的数组下标。",
    "写一个函数, 判断一个数是不是素数。",
    "用 Python 实现快速排序。",
    "反转链表。",
    "编写程序, 输入 n, 输出 n 的阶乘。",
    "求字符串的最长回文子串。",
    "用动态规划求解背包问题, 要求时间复杂度 O(n * c)。",
    "函数实现: 返回列表中的最大值。",
    "给定整数列表, 返回连续子数组的最大和。",
    "用一段代码求斐波那契数列的第 n 项。",
    "在有序列表中查找目标值, 找到就返回索引, 否则返回 -1。",
    "两数之和: 哪两个数相加等于 9?",
    "判断二叉树是否对称。",
    "请给出这个问题的算法并分析复杂度。",
};

TEST(ChooseProfileTest, MathematicsIsMath) {
  for (const char* text : kMath) EXPECT_EQ(ChooseProfile(text), "math") << text;
}

TEST(ChooseProfileTest, ProgramsAreAlgorithm) {
  for (const char* text : kAlgorithm) EXPECT_EQ(ChooseProfile(text), "algorithm") << text;
}

TEST(ChooseProfileTest, LongAndBrokenTextsAreQuick) {
  const std::string bad_utf8("\xff\xfe\x80 \x00 nums", 10);
  EXPECT_EQ(ChooseProfile(bad_utf8), "algorithm");
  const std::string longest(64 << 20, 'a');
  auto least = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(ChooseProfile(longest), "math");
    least = std::min(least, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(least, std::chrono::milliseconds(50));
}

}  // namespace
}  // namespace lemma::reason
