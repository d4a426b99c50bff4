extension [Float] {
    /// How many scores rank before the one at `index`: larger ones, and equal ones that come first. NaN ranks last.
    func rank(of index: Int) -> Int {
        let score = self[index]
        if score.isNaN { return count }
        var rank = 0
        for other in indices where self[other] > score || (self[other] == score && other < index) { rank += 1 }
        return rank
    }

    /// The position of the largest score, the first of equal ones; `nil` when there is none but NaN.
    var firstLargest: Int? {
        var best: Int?
        for index in indices where !self[index].isNaN {
            if let known = best, self[known] >= self[index] { continue }
            best = index
        }
        return best
    }
}
