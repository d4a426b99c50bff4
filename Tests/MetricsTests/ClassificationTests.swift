import BitdepthTensors
import Testing

@testable import BitdepthMetrics

private func near(_ value: Double?, _ expected: Double, _ tolerance: Double) -> Bool {
    value.map { abs($0 - expected) <= tolerance * abs(expected) } ?? false
}

@Suite("Classification metrics") struct ClassificationTests {
    @Test("KL divergence of logits and of their softmax agree with numpy")
    func divergence() throws {
        // numpy: p = softmax([1, 2, 3]), q = softmax([1, 2.5, 2.5]); (p * log(p / q)).sum()
        var logits = KullbackLeiblerDivergence()
        try logits.add(referenceLogits: [1, 2, 3], logits: [1, 2.5, 2.5])
        #expect(near(logits.value, 0.10156646275735748, 1e-12))
        var probabilities = KullbackLeiblerDivergence()
        try probabilities.add(
            referenceProbabilities: [0.09003057, 0.24472847, 0.66524096],
            probabilities: [0.10036756, 0.44981622, 0.44981622])
        #expect(near(probabilities.value, 0.10156646275735748, 1e-6))
    }

    @Test("KL divergence is zero for equal logits, whatever is added to all of them, and finite for extreme ones")
    func divergenceEdges() throws {
        var shifted = KullbackLeiblerDivergence()
        try shifted.add(referenceLogits: [1, 2, 3], logits: [101, 102, 103])
        #expect(abs(shifted.value ?? 1) < 1e-13)
        var extreme = KullbackLeiblerDivergence()
        try extreme.add(referenceLogits: [1000, -1000], logits: [-1000, 1000])
        #expect(near(extreme.value, 27.6310211159, 1e-9))
        try extreme.add(referenceLogits: [-.infinity, 0], logits: [0, 0])
        #expect(near(extreme.value, (27.6310211159 + 0.69314718056) / 2, 1e-9))
        var excluded = KullbackLeiblerDivergence()
        try excluded.add(referenceProbabilities: [0.5, 0.5], probabilities: [1, 0])
        #expect(excluded.value?.isFinite == true)
        #expect(throws: BitdepthError.self) { try excluded.add(referenceLogits: [1], logits: [1, 2]) }
        #expect(KullbackLeiblerDivergence().value == nil)
        #expect(KullbackLeiblerDivergence().standardError == nil)
    }

    @Test("The standard error of KL is that of its samples")
    func standardError() throws {
        var divergence = KullbackLeiblerDivergence()
        for x: Float in [0, 0.5, 1, 2] { try divergence.add(referenceLogits: [0, 0], logits: [x, 0]) }
        // KL of a fair coin against one of log-odds x: ln((1 + e^x) / 2) - x / 2.
        let values = [0, 0.5, 1.0, 2].map { x in ((1 + x.exponential) / 2).naturalLogarithm - x / 2 }
        let mean = values.reduce(0, +) / 4
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
        #expect(near(divergence.value, mean, 1e-12))
        #expect(near(divergence.standardError, (variance / 4).squareRoot(), 1e-9))
    }

    @Test("Labels are found among the k best; equal scores rank by position, NaN last")
    func accuracy() throws {
        let scores: [Float] = [0.1, 0.7, 0.7, .nan, -1]
        for (label, rank) in [(0, 2), (1, 0), (2, 1), (3, 5), (4, 3)] {
            for k in 1...5 {
                var accuracy = TopKAccuracy(k: k)
                #expect(try accuracy.add(scores: scores, label: label) == (rank < k))
                #expect(accuracy.value == (rank < k ? 1 : 0))
            }
        }
        var accuracy = TopKAccuracy()
        #expect(accuracy.value == nil && accuracy.bounds == nil)
        for label in [-1, 5] {
            let error = #expect(throws: BitdepthError.self) { try accuracy.add(scores: scores, label: label) }
            #expect(error?.code == .valueOutOfRange)
        }
    }

    @Test("Models agree when the reference's best class is among the k best")
    func agreement() throws {
        var top1 = TopKAgreement()
        var top2 = TopKAgreement(k: 2)
        for scores in [[3, 1, 2], [1, 3, 2], [2, 3, 1]] as [[Float]] {
            try top1.add(reference: [5, 4, 3], scores)
            try top2.add(reference: [5, 4, 3], scores)
        }
        #expect(top1.value == 1.0 / 3)
        #expect(top2.value == 2.0 / 3)
        #expect(try top1.add(reference: [.nan, .nan], [.nan, .nan]) == false)
        #expect(throws: BitdepthError.self) { try top1.add(reference: [1], [1, 2]) }
        var other = TopKAgreement()
        try other.add(reference: [1, 2], [1, 2])
        other.merge(top1)
        #expect(other.proportion == Proportion(hits: 2, count: 5))
    }

    @Test(
        "Wilson bounds are those of the literature",
        arguments: [
            (0, 10, 0, 0.277533), (5, 10, 0.236593, 0.763407), (10, 10, 0.722467, 1), (9, 100, 0.048067, 0.162267),
        ]
            as [(UInt64, UInt64, Double, Double)])
    func wilson(hits: UInt64, count: UInt64, low: Double, high: Double) throws {
        let bounds = try #require(Proportion(hits: hits, count: count).wilsonBounds())
        #expect(abs(bounds.lowerBound - low) < 1e-4)
        #expect(abs(bounds.upperBound - high) < 1e-4)
    }

    @Test(
        "McNemar's p is the exact binomial one",
        arguments: [
            (0, 0, 1), (3, 3, 1), (0, 5, 0.0625), (1, 9, 0.021484375), (9, 1, 0.021484375), (4, 10, 0.179565429688),
        ]
            as [(Int, Int, Double)])
    func mcNemar(first: Int, second: Int, p: Double) {
        var test = McNemarTest()
        for _ in 0..<first { test.add(firstIsRight: true, secondIsRight: false) }
        for _ in 0..<second { test.add(firstIsRight: false, secondIsRight: true) }
        var rest = McNemarTest()
        for index in 0..<50 { rest.add(firstIsRight: index % 2 == 0, secondIsRight: index % 2 == 0) }
        test.merge(rest)
        #expect(near(test.pValue, p, 1e-11))
        #expect(test.discordant == UInt64(first + second))
    }

    @Test("McNemar's p is right for many discordant samples, and there is none without samples")
    func mcNemarLarge() {
        #expect(McNemarTest().pValue == nil)
        #expect(McNemarTest().standardError == nil)
        var test = McNemarTest()
        for index in 0..<10_000 {
            test.add(firstIsRight: index < 700, secondIsRight: index >= 700 && index < 1355)
        }
        // 2 Σ C(1355, i) / 2^1355 for i up to 655, in exact fractions.
        #expect(near(test.pValue, 0.2319509838724235, 1e-10))
        #expect(near(test.standardError, 0.003680757394884917, 1e-12))
    }
}
