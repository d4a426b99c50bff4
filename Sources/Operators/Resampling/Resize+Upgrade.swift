import BitdepthGraphs
import BitdepthTensors

extension Resize {
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        switch next {
        case 11 where node.inputs.count == 2:
            try sayCoordinates(&node, in: scope)
        case 13
        where node.attributes["coordinate_transformation_mode"] == .text(CoordinateMode.tfHalfPixelForNearest.rawValue):
            // Half a pixel less, then rounded instead of cut: the same neighbour.
            guard node.attributes["nearest_mode"] == .text(NearestMode.floor.rawValue) else { return }
            node.attributes["coordinate_transformation_mode"] = .text(CoordinateMode.halfPixel.rawValue)
            node.attributes["nearest_mode"] = .text(NearestMode.roundPreferCeil.rawValue)
        default: break
        }
    }

    /// Version 10, and Upsample before it, had X and scales only, and one way of finding positions.
    static func sayCoordinates(_ node: inout Node, in scope: UpgradeScope) throws(BitdepthError) {
        let scales = try scope.constant(node.inputs[1])?.floats() ?? []
        let shrinks = scales.contains { $0 < 1 }
        if shrinks, scales.contains(where: { $0 > 1 }), node.attributes["mode"] != .text(Mode.linear.rawValue) {
            throw BitdepthError(
                .unsupportedOperator,
                "Resize of version 10 that enlarges some axes and shrinks others is not supported", at: node.place)
        }
        node.inputs = [node.inputs[0], nil, node.inputs[1]]
        node.attributes["coordinate_transformation_mode"] = .text(CoordinateMode.asymmetric.rawValue)
        // ONNX's test of version 10 takes elements 1 and 3 of 4 at a scale of 0.6: it rounds up when it shrinks.
        node.attributes["nearest_mode"] = .text((shrinks ? NearestMode.ceil : .floor).rawValue)
    }
}
